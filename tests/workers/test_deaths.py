"""Workers that are killed again and again, whatever they train: by real signals."""

import signal
import sys
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

import pytest
from dying import Deaf, Dying, Failing, Living
from ready_python import run_ready_python
from short_study import Write

from data.errors import WorkFailed
from hpo.console.progress import Progress
from hpo.database.opening import StorageAway, open_storage
from hpo.runtime import memory_kills
from hpo.search.loop import IN_A_ROW as DEATHS_OF_THE_STUDY
from hpo.storage.studies import open_study
from hpo.study.file import load_study
from hpo.trials.budget import counts
from hpo.workers import pool
from hpo.workers.deaths import IN_A_ROW
from hpo.workers.machine import Machine
from hpo.workers.pool import run_tasks
from hpo.workers.worker import Task

PROJECT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no fork server there")


@pytest.fixture(autouse=True, scope="module")
def own_server() -> Iterator[None]:
    """No fork server is left, which would have this module's libraries for all tests."""
    yield
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


class Telling(Progress):
    """Makes a file when it is told that one of two workers is no more."""

    def __init__(self, file: Path) -> None:
        super().__init__("test", 9, parts=2)
        self._file = file

    def note(self, line: str, count: bool = False) -> None:
        super().note(line, count)
        if "is not replaced" in line or " ended: " in line:
            self._file.touch()


def run(folder: Path, *tasks: Task) -> bool:
    """Runs each task in a worker; `folder / "one left"` is there once one of two is no more."""
    machine = Machine(workers=len(tasks), device="cpu")
    return run_tasks(tasks, machine, folder / "log", Telling(folder / "one left"))


def test_workers_that_are_always_killed_are_given_up(tmp_path: Path) -> None:
    tasks = [Dying(tmp_path / str(number), enough=100) for number in range(2)]
    with pytest.raises(WorkFailed, match=r"died 3 times in a row with no epoch done") as error:
        run(tmp_path, *tasks)
    assert "(SIGKILL), the last worker of this machine; the kernel has killed " in str(error.value)
    assert "for lack of memory meanwhile; the same command goes on" in str(error.value)
    lives = sum(len((tmp_path / str(number)).read_text().split()) for number in range(2))
    assert lives <= 2 * IN_A_ROW + 1  # of the last two, one may have begun with the other's task


def test_a_worker_that_gets_further_each_time_is_replaced(tmp_path: Path) -> None:
    task = Dying(tmp_path / "lives", enough=2 * IN_A_ROW, epochs=1)
    assert run(tmp_path, task)
    assert len((tmp_path / "lives").read_text().split()) == 2 * IN_A_ROW


def test_the_others_go_on_without_one_that_is_always_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its memory is theirs then; and what it had to do is done by one of them."""
    dying = Dying(tmp_path / "lives", enough=IN_A_ROW + 1)
    assert run(tmp_path, dying, Living(tmp_path / "one left"))
    err = capsys.readouterr().err
    assert err.count("worker 0 died (SIGKILL) and is replaced") == IN_A_ROW - 1
    assert err.count("(SIGKILL) and is not replaced; the kernel has killed ") == 1


def test_a_worker_that_does_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "END_PATIENCE", 0.5)
    deaf = tmp_path / "deaf"
    with pytest.raises(WorkFailed, match=r"^enough$"):
        run(tmp_path, Deaf(deaf), Failing(WorkFailed("enough"), after=deaf))
    assert not Path("/proc", deaf.read_text()).exists()


def test_a_worker_whose_storage_stays_away_ends_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there").touch()
    away = Failing(StorageAway("too many \x1b[2J"), after=tmp_path / "there")
    assert run(tmp_path, away, Living(tmp_path / "one left"))  # which outlives the other
    assert capsys.readouterr().err.count(r"worker 0 ended: too many \x1b[2J") == 1
    assert r"ERROR too many \x1b[2J" in (tmp_path / "log-worker-0.txt").read_text()


@pytest.mark.parametrize("number", [signal.SIGRTMIN + 6, signal.SIGRTMAX])
def test_a_worker_that_a_real_time_signal_kills_is_replaced(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, Dying(tmp_path / "lives", enough=2, by=number))
    name = "SIGRTMAX" if number == signal.SIGRTMAX else f"signal {number}"
    assert f"worker 0 died ({name}) and is replaced" in capsys.readouterr().err


def test_what_is_known_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counters = tmp_path / "vmstat"
    monkeypatch.setattr(memory_kills, "COUNTERS", counters)
    assert memory_kills.about_memory(None, "today") == "lack of memory may be the reason"
    for number, words in ((3, "no process"), (4, "1 process"), (7, "4 processes")):
        counters.write_text(f"pgfault 5\noom_kill {number}\n")
        said = f"the kernel has killed {words} of this machine for lack of memory today"
        assert memory_kills.about_memory(3, "today") == said


LIVES = """
import os, signal, sys
from pathlib import Path
import torch
import torch._dynamo
torch.set_num_threads(1)
import hpo.search.objective
from data.errors import WorkFailed
from data.sources.glyphs import make_glyphs
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study

storage, folder = sys.argv[1], Path(sys.argv[2])
glyphs = make_glyphs()

class Killed(hpo.search.objective.Trainer):
    def run(self):
        os.kill(os.getpid(), signal.SIGKILL)

def life(dies):
    if pid := os.fork():
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(status, flush=True)
        return status == -signal.SIGKILL
    status = 1
    try:
        if dies:
            hpo.search.objective.Trainer = Killed
        study, config = stored_study("short", open_storage(storage, create=False))
        data = SearchData.of(glyphs, config.size, torch.device("cpu"))
        checkpoints = Checkpoints(open_store(str(folder)), folder)
        search(study, Objective(config, data, torch.device("cpu"), checkpoints, Progress("", 1)))
        status = 0
    except WorkFailed as error:
        print(error, flush=True)
    finally:
        os._exit(status)

while life(dies=True):
    pass
life(dies=False)
"""


def test_deaths_of_one_process_after_the_other_stop_the_search_and_it_goes_on_later(
    storage: str, write_study: Write, tmp_path: Path
) -> None:
    """As under a supervisor that starts a killed command again; each is a process of its own."""
    config = load_study(str(write_study(trials=2))).model_copy(update={"retries": 2})
    study = open_study(config, open_storage(storage, create=True))
    done = run_ready_python(["-c", LIVES, storage, str(tmp_path)], cwd=PROJECT, timeout=180)
    *killed, line, stopped, finished = done.stdout.splitlines()
    assert killed == [str(-signal.SIGKILL)] * DEATHS_OF_THE_STUDY, done.stderr
    assert line.startswith(f"workers died {DEATHS_OF_THE_STUDY} times in a row with no epoch")
    assert line.endswith("for lack of memory since its start; the same command goes on")
    assert (stopped, finished) == ("1", "0")
    assert counts(study.get_trials()).done == 2
