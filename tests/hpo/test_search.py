"""Whole searches on the glyphs: budgets, pruning, failures, interruptions, determinism."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import optuna
import pytest
import torch
from optuna.trial import FrozenTrial, TrialState

from data.collection import Collection
from data.errors import WorkFailed
from data.glyphs import make_glyphs
from data.splits import SearchData
from hpo.budget import counts, reached_limit
from hpo.checkpoints import Checkpoints, open_store
from hpo.crew import Machine
from hpo.objective import Objective
from hpo.progress import Progress
from hpo.run import run_study
from hpo.samplers import make_pruner, trial_seed
from hpo.search import search
from hpo.storage import default_url, open_storage
from hpo.stored_study import open_study
from hpo.study import StudyConfig
from hpo.study_file import load_study, read_study
from model.train import EpochReport

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("one_thread")
PROJECT = Path(__file__).parents[2]


class Disturbed(Progress):
    """Raises an exception when a trial has done so many epochs, or every trial."""

    def __init__(self, error: BaseException, epochs: int, number: int | None = None) -> None:
        super().__init__("test", 1)
        self.error, self.epochs, self.number, self.current = error, epochs, number, -1

    def trial_started(self, number: int, epochs: int) -> None:
        self.current = number

    def epoch_done(self, report: EpochReport) -> None:
        if report.epoch + 1 == self.epochs and self.number in (None, self.current):
            raise self.error


@pytest.fixture(scope="module")
def data() -> SearchData:
    return SearchData.of(make_glyphs(), 28, CPU)


def config_with(**changes: Any) -> StudyConfig:  # noqa: ANN401
    """The glyphs' study, shorter, with some fields changed."""
    base = load_study("glyphs")
    train = base.train | {"epochs": 3, "steps_per_epoch": 3}
    document = base.definition() | {"trials": 5, "train": train} | changes
    return read_study(document, "test")


def opened(config: StudyConfig, folder: Path) -> optuna.Study:
    return open_study(config, open_storage(default_url(folder), create=True))


def searched(
    config: StudyConfig, data: SearchData, folder: Path, progress: Progress | None = None
) -> list[FrozenTrial]:
    study = opened(config, folder)
    search(study, objective_in(folder, config, data, progress or Progress("test", config.trials)))
    return study.trials


def objective_in(
    folder: Path, config: StudyConfig, data: SearchData, progress: Progress
) -> Objective:
    return Objective(config, data, CPU, Checkpoints(open_store(str(folder)), folder), progress)


def outcome(trials: list[FrozenTrial]) -> list[Any]:
    """All that must be the same again."""
    return [
        (t.number, t.state, t.values, t.params, t.intermediate_values, t.user_attrs["seed"])
        for t in trials
    ]


@pytest.fixture(scope="module")
def undisturbed(data: SearchData, tmp_path_factory: pytest.TempPathFactory) -> list[FrozenTrial]:
    torch.set_num_threads(1)
    return searched(config_with(), data, tmp_path_factory.mktemp("undisturbed"))


def test_the_budget_is_met_exactly_and_then_nothing_is_trained(
    data: SearchData, tmp_path: Path
) -> None:
    config = config_with(trials=4)
    trials = searched(config, data, tmp_path)
    found = counts(opened(config, tmp_path).trials)
    assert found.complete + found.pruned == 4
    assert found.complete >= 1
    assert found.running == found.waiting == found.failed == 0
    assert {path.suffix for path in tmp_path.iterdir()} <= {".db", ".db-wal", ".db-shm"}
    assert outcome(searched(config, data, tmp_path)) == outcome(trials)
    # With a larger budget it goes on from there.
    more = searched(config.model_copy(update={"trials": 5}), data, tmp_path)
    assert outcome(more)[: len(trials)] == outcome(trials)
    assert len(more) > len(trials)


def test_the_same_seed_gives_the_same_search(
    data: SearchData, tmp_path: Path, undisturbed: list[FrozenTrial]
) -> None:
    assert outcome(searched(config_with(), data, tmp_path)) == outcome(undisturbed)
    assert len({tuple(trial.params.values()) for trial in undisturbed}) == len(undisturbed)
    other = searched(config_with(seed=1, trials=1), data, tmp_path / "other")
    assert other[0].params != undisturbed[0].params


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
    assert outcome(searched(config_with(), data, tmp_path)) == outcome(undisturbed)


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
    url = default_url(tmp_path)
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
        run_study(config, glyphs, Machine(device="cpu"), url, tmp_path)
    # It is no failure of the trial.
    assert [t.state for t in opened(config, tmp_path).trials] == [TrialState.RUNNING]
    database.execute("DROP TRIGGER broken")
    database.close()
    results = run_study(config, glyphs, Machine(device="cpu"), url, tmp_path)
    assert results["trials"]["complete"] + results["trials"]["pruned"] == 2
    assert results["trials"]["failed"] == 0
    files = {path.name for path in tmp_path.iterdir() if not path.name.startswith("study.db-")}
    assert files == {"best.safetensors", "best.toml", "results.json", "study.db", "trials.csv"}


KILLED = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from data.glyphs import make_glyphs
from data.splits import SearchData
from hpo.checkpoints import Checkpoints, open_store
from hpo.objective import Objective
from hpo.progress import Progress
from hpo.search import search
from hpo.storage import default_url, open_storage
from hpo.stored_study import stored_study

class Telling(Progress):
    def trial_started(self, number, epochs):
        self.current = number

    def epoch_done(self, report):
        print(self.current, report.epoch + 1, flush=True)

output = Path(sys.argv[1])
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
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "killed")],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    last = expected[-1][0]
    assert any(line.split() == [str(last), "2"] for line in worker.stdout)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    study = opened(config, tmp_path / "killed")
    left = study.trials[-1]
    assert (left.number, left.state) == (last, TrialState.RUNNING)
    assert list(left.intermediate_values) in ([1], [1, 2])
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


def test_a_failed_trial_keeps_its_error_and_the_search_goes_on(
    data: SearchData, tmp_path: Path
) -> None:
    config = config_with(trials=2)
    trials = searched(config, data, tmp_path, Disturbed(OSError("disk full"), 1, number=0))
    assert trials[0].state is TrialState.FAIL
    assert "OSError: disk full" in trials[0].user_attrs["error"]
    assert "Traceback" in trials[0].user_attrs["error"]
    found = counts(opened(config, tmp_path).trials)
    assert (found.failed, found.complete + found.pruned) == (1, 2)


def test_three_failures_alike_end_the_search(data: SearchData, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"3 trials in a row failed.*disk full"):
        searched(config_with(), data, tmp_path, Disturbed(OSError("disk full"), 1))
    assert counts(opened(config_with(), tmp_path).trials).failed == 3


def test_networks_that_cannot_exist_have_a_budget_of_their_own(
    data: SearchData, tmp_path: Path
) -> None:
    network = load_study("glyphs").network
    first, second = network["convolutions"]
    tight = [first, second | {"kernel": {"choices": [10, 12, 28, 27, 26, 25, 24]}}]
    config = config_with(
        network=network | {"convolutions": tight}, infeasible_trials=3, sampler={"name": "random"}
    )
    searched(config, data, tmp_path)
    found = counts(opened(config, tmp_path).trials)
    assert found.infeasible == 3
    assert found.complete + found.pruned < config.trials


def test_no_trial_starts_after_the_timeout(data: SearchData, tmp_path: Path) -> None:
    config = config_with().model_copy(update={"timeout": 1e-6})
    assert reached_limit(opened(config, tmp_path).trials, config) is None
    assert len(searched(config, data, tmp_path)) == 1
    assert "the timeout is 0 s; the search ends after 1 of 5 trials" in str(
        reached_limit(opened(config, tmp_path).trials, config)
    )
    assert len(searched(config, data, tmp_path)) == 1


def test_seeds_differ_by_study_trial_and_purpose() -> None:
    seeds = {trial_seed(s, n, p) for s in range(10) for n in range(50) for p in range(2)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**31 for seed in seeds)


@pytest.mark.parametrize(
    ("pruner", "expected"),
    [
        ({"name": "successive-halving", "min_epochs": 2}, {2}),
        ({"name": "hyperband", "min_epochs": 2}, {2, 6, 18}),
        ({"name": "median", "min_epochs": 4}, {4}),
        ({"name": "none"}, set()),
    ],
)
def test_trials_are_pruned_when_so_many_epochs_are_done(
    pruner: dict[str, Any], expected: set[int]
) -> None:
    train = load_study("glyphs").train | {"epochs": 20}
    config = config_with(pruner=pruner, train=train)
    study = optuna.create_study(direction="maximize", study_name="t", pruner=make_pruner(config))
    pruned_at = []
    for number in range(30):
        trial = study.ask()
        for epoch in range(20):
            # Every trial is worse than those before it, from its first epoch on.
            trial.report((epoch + 1) / (number + 20), step=epoch + 1)
            if trial.should_prune():
                pruned_at.append(epoch + 1)
                study.tell(trial, state=TrialState.PRUNED)
                break
        else:
            study.tell(trial, 20 / (number + 20))
    assert set(pruned_at) == expected
    assert len(pruned_at) < 30  # the first was the best


def test_the_glyphs_study_prunes_and_completes(data: SearchData, tmp_path: Path) -> None:
    config = load_study("glyphs")
    trials = searched(config, data, tmp_path)
    pruned = [t for t in trials if t.state is TrialState.PRUNED]
    assert pruned
    assert {len(t.intermediate_values) for t in pruned} <= {1, 2}
    assert counts(opened(config, tmp_path).trials).complete >= config.finish.finalists
