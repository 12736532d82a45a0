"""Fresh processes that share the libraries: what each has of its own, and that none is left."""

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

import pytest
from optuna.trial import TrialState
from short_study import Start, Write, trials_of, wait_for

from hpo.workers.fork_server import let_signals_through, start

TASKS = ["hpo.run.search_task"]
STARTS_ONE = f"""
import os
from multiprocessing import forkserver
from hpo.workers.fork_server import start
start(print, (), os.environ, {TASKS}).join()
server = forkserver._forkserver._forkserver_pid
times = open(f"/proc/{{server}}/stat").read().rpartition(")")[2].split()[11:13]
print(server, sum(map(int, times)) / os.sysconf("SC_CLK_TCK"), flush=True)
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no fork server there")


@pytest.fixture(autouse=True)
def own_server() -> None:
    """No fork server is left of other tests, which would have other libraries."""
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


def look(file: Path) -> None:
    """What a process finds when it begins."""
    import torch

    found = {
        "environment": dict(os.environ),
        "server": os.getppid(),
        "threads_of_the_server": len(os.listdir(f"/proc/{os.getppid()}/task")),
        "private": sum(map(int, re.findall(r"Private_\w+: +(\d+)", memory()))) / 1024,
        "libraries": [name for name in (*TASKS, "torch._dynamo") if name in sys.modules],
        "unwanted": [name for name in ("optuna_dashboard", "pandas") if name in sys.modules],
        "cuda": torch.cuda.is_initialized(),
    }
    file.write_text(json.dumps(found))
    sys.exit(3)


def memory() -> str:
    return Path("/proc/self/smaps_rollup").read_text()


def sleep(file: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    file.touch()
    time.sleep(0.5)
    file.with_suffix(".later").touch()  # a signal waits until it is let through
    try:
        let_signals_through()
        time.sleep(60)
    except KeyboardInterrupt:
        sys.exit(7)


def test_each_has_its_own_environment_and_shares_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name in ("first", "second"):
        monkeypatch.setenv("THE_PARENTS", name)
        process = start(
            look, (tmp_path / name,), os.environ | {"CUDA_VISIBLE_DEVICES": name}, TASKS
        )
        process.join()
        assert process.exitcode == 3
        found.append(json.loads((tmp_path / name).read_text()))
        environment = found[-1].pop("environment")
        # Nothing else: pytest tells there which test runs.
        assert environment == os.environ | {"CUDA_VISIBLE_DEVICES": name}
    first, second = found
    assert first["server"] == second["server"]
    for each in found:
        assert each["threads_of_the_server"] == 1
        assert each["private"] < 30
        assert each["libraries"] == [*TASKS, "torch._dynamo"]
        assert each["unwanted"] == []
        assert not each["cuda"]


def test_the_server_outlives_the_signals_of_its_group(tmp_path: Path) -> None:
    process = start(look, (tmp_path / "seen",), os.environ, TASKS)
    process.join()
    server = json.loads((tmp_path / "seen").read_text())["server"]
    told = start(sleep, (tmp_path / "told",), os.environ)
    killed = start(sleep, (tmp_path / "killed",), os.environ)
    wait_for(lambda: (tmp_path / "told").exists() and (tmp_path / "killed").exists())
    for pid in (server, told.pid):
        assert pid is not None
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
    killed.kill()
    killed.join()
    told.join()
    assert (killed.exitcode, told.exitcode) == (-signal.SIGKILL, 7)
    assert (tmp_path / "told.later").exists()


def test_nothing_outlives_a_killed_parent(
    write_study: Write, start_python: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # for the server's socket, which it leaves there
    url = f"sqlite:///{tmp_path}/study.db"
    process = start_python(
        "run", write_study(epochs=50, steps=30), "--storage", url, "--workers", 2
    )

    def running() -> int:
        return sum(t.state is TrialState.RUNNING for t in trials_of(url))

    wait_for(lambda: running() == 2, seconds=120)
    assert len(list(of_session(process.pid))) >= 4  # itself, the server, two workers
    process.kill()
    process.wait()
    wait_for(lambda: not list(of_session(process.pid)))
    states = {trial.state for trial in trials_of(url)}
    assert TrialState.RUNNING not in states
    assert TrialState.WAITING in states


def test_the_server_ends_without_looking_through_the_libraries() -> None:
    """Else a command whose terminal is back leaves a process that computes for a second more."""
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: orphans become this process's children
    try:
        ran = subprocess.run(
            [sys.executable, "-c", STARTS_ONE],
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            text=True,
        )
        server, before = ran.stdout.split()
        _, _, used = os.wait4(int(server), 0)
    finally:
        ctypes.CDLL(None).prctl(36, 0)
    assert used.ru_utime + used.ru_stime - float(before) < 0.7


def of_session(leader: int) -> Iterator[int]:
    """Its processes that run."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session, *_ = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(session) == leader and state != "Z":
            yield int(path.parent.name)
