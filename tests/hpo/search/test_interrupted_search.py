"""Searches that are interrupted, killed, or lose their storage, and go on."""

import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest
from optuna.trial import FrozenTrial, TrialState
from ready_python import ReadyPython
from short_search import Disturbed, config_with, opened, outcome, searched

from data.collection import Collection
from data.errors import WorkFailed
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.run.run import run_study
from hpo.storage.workspace import Workspace
from hpo.trials.budget import counts
from hpo.workers.machine import Machine
from model.training.epoch_report import EpochReport

PROJECT = Path(__file__).parents[3]


def test_an_interrupted_search_goes_on_as_if_it_had_not_been(
    data: SearchData, tmp_path: Path, undisturbed: list[FrozenTrial]
) -> None:
    long = [t.number for t in undisturbed if len(t.intermediate_values) == 3]
    for number in (long[0], long[-1]):
        with pytest.raises(KeyboardInterrupt):
            searched(config_with(), data, tmp_path, Disturbed(KeyboardInterrupt(), 2, number))
        study = opened(config_with(), tmp_path)
        assert counts(study.trials).waiting == 1
        assert counts(study.trials).running == 0
        assert study.trials[-1].number == number
        assert (tmp_path / f"trial-{number}.safetensors").is_file()
    went_on_after = []

    class Telling(Progress):
        def goes_on(self, report: EpochReport, part: int = 0) -> None:
            went_on_after.append(report.epoch + 1)

    rest = searched(config_with(), data, tmp_path, Telling("test", 1))
    assert outcome(rest) == outcome(undisturbed)
    assert went_on_after == [1]  # the epoch that it was told of was not reported yet


def test_an_interrupt_behind_the_pruners_decision_lets_no_trial_live_on(
    data: SearchData, tmp_path: Path, undisturbed: list[FrozenTrial]
) -> None:
    class Signalling(Progress):
        """Sends this process a real signal when a trial that is to be pruned reports."""

        current = -1

        def trial_started(self, number: int, epochs: int) -> None:
            self.current = number

        def epoch_done(self, report: EpochReport) -> None:
            if (self.current, report.epoch + 1) == (pruned.number, len(pruned.intermediate_values)):
                os.kill(os.getpid(), signal.SIGINT)

    pruned = next(t for t in undisturbed if t.state is TrialState.PRUNED)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            searched(config_with(), data, tmp_path, Signalling("test", 1))
    finally:
        signal.signal(signal.SIGINT, before)
    assert opened(config_with(), tmp_path).trials[-1].state is TrialState.PRUNED
    assert outcome(searched(config_with(), data, tmp_path)) == outcome(undisturbed)


def test_a_storage_that_fails_in_mid_trial_ends_the_run_and_it_goes_on_later(
    glyphs: Collection, tmp_path: Path
) -> None:
    config = config_with(trials=2, finish={"finalists": 1, "epochs": 1})
    opened(config, tmp_path)
    database = sqlite3.connect(tmp_path / "study.db")
    # Each report now fails as on a broken database, and not as on a row that is there already.
    database.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON trial_intermediate_values"
        " BEGIN INSERT INTO gone VALUES (1); END"
    )
    with pytest.raises(
        WorkFailed, match=r"study\.db: no such table: main.gone; once it answers, the same"
    ):
        run_study(config, glyphs, Machine(device="cpu"), Workspace.of(config.name, tmp_path))
    # It is no failure of the trial.
    assert [t.state for t in opened(config, tmp_path).trials] == [TrialState.RUNNING]
    database.execute("DROP TRIGGER broken")
    database.close()
    results = run_study(config, glyphs, Machine(device="cpu"), Workspace.of(config.name, tmp_path))
    assert results.trials["complete"] + results.trials["pruned"] == 2
    assert results.trials["failed"] == 0
    files = {path.name for path in tmp_path.iterdir() if not path.name.startswith("study.db-")}
    trained = {"best.safetensors", "best.toml", "rejection.json", "results.json", "trials.csv"}
    assert files == trained | {"artifacts", "study.db"}


KILLED = """
import signal
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from data.sources.glyphs import make_glyphs
from data.splits import SearchData
from hpo.search.checkpoints import Checkpoints
from hpo.storage.artifacts import open_store
from hpo.search.objective import Objective
from hpo.console.progress import Progress
from hpo.search.loop import search
from hpo.database.opening import open_storage
from hpo.storage.workspace import default_url
from hpo.storage.studies import stored_study

class Telling(Progress):
    def trial_started(self, number, epochs):
        self.current = number

    def epoch_done(self, report):
        print(self.current, report.epoch + 1, flush=True)
        if (self.current, report.epoch + 1) == (last, 3):
            signal.pause()  # until it is killed, before it has reported

output, last = Path(sys.argv[1]), int(sys.argv[2])
study, config = stored_study("glyphs", open_storage(default_url(output), create=False))
data = SearchData.of(make_glyphs(), config.size, torch.device("cpu"))
checkpoints = Checkpoints(open_store(str(output)), output)
telling = Telling("test", config.trials)
search(study, Objective(config, data, torch.device("cpu"), checkpoints, telling))
"""


def test_a_search_killed_in_the_third_epoch_goes_on_as_if_it_had_not_been(
    data: SearchData, tmp_path: Path
) -> None:
    train = config_with().train | {"epochs": 4, "steps_per_epoch": 20}
    config = config_with(trials=2, train=train, pruner={"name": "none"})
    expected = outcome(searched(config, data, tmp_path / "expected"))

    opened(config, tmp_path / "killed")
    last = expected[-1][0]
    worker = ReadyPython(
        ["-c", KILLED, str(tmp_path / "killed"), str(last)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert any(line.split() == [str(last), "3"] for line in worker.stdout)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    study = opened(config, tmp_path / "killed")
    left = study.trials[-1]
    assert (left.number, left.state) == (last, TrialState.RUNNING)
    assert list(left.intermediate_values) == [1, 2]
    assert outcome(searched(config, data, tmp_path / "killed")) == expected


def test_where_nothing_is_searched_a_trial_goes_on_too(data: SearchData, tmp_path: Path) -> None:
    class Counting(Progress):
        trained = 0

        def epoch_done(self, report: EpochReport) -> None:
            Counting.trained += 1
            if Counting.trained == 3:
                raise KeyboardInterrupt

    network = {"size": 28, "units": 32, "convolutions": [{"filters": 8, "kernel": 5, "pool": True}]}
    train = {
        "epochs": 4,
        "steps_per_epoch": 2,
        "layers": {"learning_rate": 1e-3},
        "batch": {"characters": 20},
    }
    config = config_with(trials=1, network=network, train=train)
    expected = outcome(searched(config, data, tmp_path / "expected"))
    with pytest.raises(KeyboardInterrupt):
        searched(config, data, tmp_path, Counting("test", 1))
    Counting.trained = 10
    assert outcome(searched(config, data, tmp_path, Counting("test", 1))) == expected
    # The second epoch, the last that was kept, is shown again; the others are trained.
    assert Counting.trained == 13


def test_a_checkpoint_of_another_study_is_not_taken_up(data: SearchData, tmp_path: Path) -> None:
    config = config_with(trials=1)
    expected = outcome(searched(config, data, tmp_path / "clean"))
    stale = tmp_path / "stale" / "trial-0.safetensors"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"something else")
    assert outcome(searched(config, data, tmp_path / "stale")) == expected
