"""Whole searches on the glyphs: budgets, pruning, failures, determinism."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from optuna.trial import FrozenTrial, TrialState
from short_search import CPU, Disturbed, config_with, opened, outcome, searched

import hpo.database.retrying
from data.full_disk import NoRoom
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.storage.store_patience import StoreAway
from hpo.study.file import load_study
from hpo.trials.budget import counts, reached_limit
from model.training.epoch_report import EpochReport


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


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_is_no_failure_of_the_trial(
    number: int, data: SearchData, tmp_path: Path
) -> None:
    config = config_with(trials=1)
    with pytest.raises(NoRoom, match=f"a file: cannot be written: {os.strerror(number).lower()}"):
        searched(config, data, tmp_path, Disturbed(OSError(number, ""), 2))
    trial = opened(config, tmp_path).trials[0]
    assert (trial.state, len(trial.intermediate_values)) == (TrialState.WAITING, 1)
    assert searched(config, data, tmp_path)[0].state is TrialState.COMPLETE


def test_a_store_that_stays_away_ends_the_search_and_it_goes_on(
    data: SearchData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.retrying, "PATIENCE", 0.3)
    config, store = config_with(trials=1), tmp_path / "store"
    study, checkpoints = opened(config, tmp_path), Checkpoints(open_store(str(store)), tmp_path)

    class Losing(Progress):
        def epoch_done(self, report: EpochReport) -> None:
            if report.epoch == 1:
                shutil.rmtree(store)

    with pytest.raises(StoreAway):
        search(study, Objective(config, data, CPU, checkpoints, Losing("test", 1)))
    assert counts(study.trials).waiting == 1
    store.mkdir()
    search(study, Objective(config, data, CPU, checkpoints, Progress("test", 1)))
    found = counts(study.trials)
    assert (found.complete + found.pruned, found.failed) == (1, 0)


def test_a_budget_raised_while_it_searches_is_met(data: SearchData, tmp_path: Path) -> None:
    config = config_with(trials=1)

    class Raised(Progress):
        def trial_started(self, number: int, epochs: int) -> None:
            opened(config.model_copy(update={"trials": 3}), tmp_path)  # as by another `run`

    found = counts(searched(config, data, tmp_path, Raised("test", 1)))
    assert found.complete + found.pruned == 3


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


def test_a_trial_that_was_begun_before_the_timeout_is_trained_to_its_end(
    data: SearchData, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        searched(config_with(), data, tmp_path, Disturbed(KeyboardInterrupt(), 2, 0))
    study = opened(config_with(), tmp_path)
    study.enqueue_trial({})  # waits too, and nobody has begun it
    config = config_with().model_copy(update={"timeout": 1e-6})
    assert reached_limit(study.trials, config) is not None
    begun, enqueued = searched(config, data, tmp_path)
    assert (begun.state, len(begun.intermediate_values)) == (TrialState.COMPLETE, 3)
    assert enqueued.state is TrialState.WAITING


def test_the_glyphs_study_prunes_and_completes(data: SearchData, tmp_path: Path) -> None:
    config = load_study("glyphs")
    trials = searched(config, data, tmp_path)
    pruned = [t for t in trials if t.state is TrialState.PRUNED]
    assert pruned
    assert {len(t.intermediate_values) for t in pruned} <= {1, 2}
    assert counts(opened(config, tmp_path).trials).complete >= config.finish.finalists
