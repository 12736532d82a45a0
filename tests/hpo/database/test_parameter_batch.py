"""A trial's parameters reach the database all at once or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest
from optuna.storages import BaseStorage, RDBStorage
from optuna.trial import FrozenTrial
from sqlalchemy import event

from hpo.database.opening import open_storage
from hpo.database.parameter_batch import parameters_together
from hpo.database.waiting_storage import WaitingStorage
from hpo.storage.workspace import default_url


@pytest.fixture(params=["sqlite", "postgres"])
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[optuna.Study]:
    if request.param == "sqlite":
        url = default_url(tmp_path)
    else:
        url = request.getfixturevalue("postgres")
    storage = open_storage(url, create=True)
    yield optuna.create_study(storage=storage, study_name="s")
    database_of(storage).engine.dispose()


def database_of(storage: BaseStorage) -> RDBStorage:
    assert isinstance(storage, WaitingStorage)
    assert storage.database is not None
    return storage.database


def suggest(trial: optuna.Trial) -> None:
    for number in range(10):
        trial.suggest_float(f"rate{number}", 1e-4, 1e-1, log=True)
    trial.suggest_categorical("loss", ["nca", "pairs"])
    trial.suggest_int("filters", 16, 64, step=16)


def stored(study: optuna.Study, number: int = 0) -> FrozenTrial:
    """As another process reads it."""
    return database_of(study._storage).get_all_trials(study._study_id)[number]


def test_one_transaction_and_the_same_parameters(study: optuna.Study) -> None:
    study.sampler = optuna.samplers.RandomSampler(seed=0)
    apart = study.ask()
    suggest(apart)
    commits: list[object] = []
    study.sampler = optuna.samplers.RandomSampler(seed=0)
    trial = study.ask()
    event.listen(database_of(study._storage).engine, "commit", commits.append)
    with parameters_together(trial):
        suggest(trial)
        assert stored(study, 1).params == {}
    del commits[0]  # of reading
    assert len(commits) == 1
    one, other = stored(study), stored(study, 1)
    assert len(one.params) == 12
    assert list(other.params.items()) == list(one.params.items()) == list(apart.params.items())
    assert other.distributions == one.distributions
    study.tell(trial, 1.0)
    # The next are written as ever.
    later = study.ask()
    later.suggest_float("rate0", 1e-4, 1e-1, log=True)
    assert stored(study, 2).params == later.params


def test_nothing_is_written_where_sampling_fails(study: optuna.Study) -> None:
    trial = study.ask()

    def fails() -> None:
        with parameters_together(trial):
            suggest(trial)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert stored(study).params == {}
    suggest(study.ask())
    assert len(stored(study, 1).params) == 12


def test_an_answer_that_was_lost_does_no_harm(study: optuna.Study) -> None:
    """The database has them; the worker does not know, and writes again."""
    trial = study.ask()
    again = optuna.Trial(study, trial._trial_id)
    with parameters_together(trial):
        suggest(trial)
    written = stored(study).params
    with parameters_together(again):
        suggest(again)
    assert stored(study).params == written == trial.params


def test_a_finished_trial_is_refused(study: optuna.Study) -> None:
    trial = study.ask()

    def too_late() -> None:
        with parameters_together(trial):
            suggest(trial)
            study.tell(trial, 1.0)

    with pytest.raises(optuna.exceptions.UpdateFinishedTrialError):
        too_late()
    assert stored(study).params == {}


@pytest.mark.parametrize("without", ["database", "inner operation"])
def test_where_optuna_is_otherwise_they_are_written_one_by_one(
    study: optuna.Study, without: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if without == "database":
        study = optuna.create_study(storage=optuna.storages.InMemoryStorage())
    else:
        monkeypatch.delattr(RDBStorage, "_set_trial_param_without_commit")
        monkeypatch.setattr(
            RDBStorage, "_set_trial_param", lambda *a: one_by_one.append(a), raising=True
        )
    one_by_one: list[object] = []
    trial = study.ask()
    with parameters_together(trial):
        suggest(trial)
        assert len(one_by_one) == 12 or len(study.trials[0].params) == 12
