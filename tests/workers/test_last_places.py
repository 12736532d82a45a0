"""Workers that see the same last places of a budget: no more trials are made than there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.trial import TrialState
from short_study import Start

from hpo.database.opening import open_storage
from hpo.search.claims import take_trial
from hpo.storage.studies import open_study
from hpo.study.file import load_study

CONFIG = load_study("glyphs").model_copy(update={"trials": 5})


@pytest.fixture(params=["sqlite", "postgres", "proxy", "foreign proxy"])
def storage(request: pytest.FixtureRequest, free_port: int, start: Start) -> Iterator[BaseStorage]:
    if request.param == "foreign proxy":  # which makes what it is told to make
        yield InMemoryStorage()
        return
    url = "sqlite:///study.db"
    if request.param != "sqlite":
        url = request.getfixturevalue("postgres")
    if request.param == "proxy":
        proxy = start("proxy", "--storage", url, "--port", free_port, "--host", "127.0.0.1")
        assert proxy.stderr is not None
        proxy.stderr.readline()  # it listens
        url = f"grpc://127.0.0.1:{free_port}"
    opened = open_storage(url, create=True)
    yield opened
    opened.disconnect()


def test_the_last_places_go_to_those_who_ask_first(storage: BaseStorage) -> None:
    study = open_study(CONFIG, storage)
    first = take_trial(study, CONFIG, [])
    assert first is not None
    study.tell(first, 0.5)
    study.enqueue_trial({"rate": 1.0})
    known = study.get_trials()
    waits = take_trial(study, CONFIG, known)
    assert waits is not None
    assert waits.number == 1
    stale = [trial for trial in known if trial.state.is_finished()]  # read before it was enqueued
    made = [take_trial(study, CONFIG, stale) for _ in range(6)]
    assert [trial.number for trial in made if trial] == [2, 3, 4]
    states = [trial.state for trial in study.get_trials()]
    if isinstance(storage, InMemoryStorage):
        assert states[5:] == [TrialState.WAITING] * 3
    else:
        assert len(states) == 5
        assert all("number_below" not in trial.system_attrs for trial in study.get_trials())
    # One that fails frees its place.
    study.tell(2, state=TrialState.FAIL)
    again = take_trial(study, CONFIG, study.get_trials())
    assert again is not None
    assert again.number == 5


def test_in_lockstep_a_trial_is_made_with_the_number_that_was_judged() -> None:
    config = CONFIG.model_copy(update={"lockstep": 4})
    study = open_study(config, open_storage("sqlite:///study.db", create=True))
    first = take_trial(study, config, [])
    assert first is not None
    assert take_trial(study, config, []) is None
    second = take_trial(study, config, study.get_trials())
    assert second is not None
    assert [first.number, second.number, len(study.trials)] == [0, 1, 2]
