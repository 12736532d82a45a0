"""When trials began and ended, in the hour in which clocks are put back too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from hpo.compare.curves import Point, curve
from hpo.console.status import status
from hpo.database.opening import open_storage
from hpo.report.clock import Clock, span
from hpo.search.claims import give_back, take_trial
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace, default_url
from hpo.study.file import load_study
from hpo.trials.machines import done_with_all
from hpo.trials.times import began, duration, ended, in_order, last_sign

CONFIG = load_study("glyphs")
PUT_BACK = {
    "Europe/Berlin": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 15, tzinfo=UTC),  # by half an hour
    "UTC": datetime(2026, 10, 25, 1, tzinfo=UTC),  # never
}
"""When the clocks of some places are put back."""


@pytest.fixture(params=PUT_BACK)
def put_back(request: pytest.FixtureRequest) -> Iterator[datetime]:
    """The moment at which this machine's clock is put back, in several places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield PUT_BACK[request.param]
    time.tzset()


@pytest.fixture
def study(tmp_path: Path) -> optuna.Study:
    return open_study(CONFIG, open_storage(default_url(tmp_path), create=True))


def add(study: optuna.Study, start: datetime, end: datetime, value: float) -> FrozenTrial:
    """Adds a trial that ran then, by the worker of its value; as it is read again."""
    trial = optuna.create_trial(
        value=value, user_attrs={"seed": 1, "seconds": 890.0, "worker": f"host:{value}"}
    )
    trial.datetime_start, trial.datetime_complete = start, end
    study.add_trial(trial)
    return study.get_trials(deepcopy=False)[-1]


def test_trials_of_that_hour_have_their_times_and_their_order(
    put_back: datetime, study: optuna.Study, tmp_path: Path
) -> None:
    def at(minutes: float) -> datetime:
        return put_back + timedelta(minutes=minutes)

    add(study, at(5.25), at(20), 0.7)
    add(study, at(-10), at(5), 0.5)
    late, early = study.get_trials(deepcopy=False)
    assert (began(early), ended(early)) == (at(-10), at(5))
    assert (began(late), last_sign(late)) == (at(5.25), at(20))
    assert duration(early) == 900
    assert sorted([late, early], key=in_order) == [early, late]
    assert curve([late, early]) == [Point(1, 890.0, 0.5), Point(2, 1780.0, 0.7)]
    clock = Clock([span(late), span(early)])
    assert (clock.seconds, clock.pauses, clock.peak) == (1800, [], 1)
    told = status(study, CONFIG, Workspace.of(CONFIG.name, tmp_path))
    assert [trial.number for trial in told.recent] == [1, 0]
    add(study, at(-11), at(-5), 0.6)
    # Who ended before the last trial of the machine began may have had another to run.
    assert set(done_with_all([], study.get_trials(deepcopy=False))) == {"host:0.7"}


def test_what_is_taken_up_begins_now(put_back: datetime, study: optuna.Study) -> None:
    study.enqueue_trial({})
    for waiting in (True, False):
        assert take_trial(study, CONFIG, study.get_trials(deepcopy=False)) is not None
        trial = study.get_trials(deepcopy=False)[-1]
        start = began(trial)
        assert start is not None
        assert abs((datetime.now(UTC) - start).total_seconds()) < 60
        assert trial.number == (0 if waiting else 1)


def test_an_interrupted_trial_was_there_as_long_as_is_known(study: optuna.Study) -> None:
    taken = take_trial(study, CONFIG, [])
    assert taken is not None
    taken.set_user_attr("seconds", 3.0)
    give_back(study, taken)
    (trial,) = study.get_trials(deepcopy=False)
    start = began(trial)
    assert trial.state is TrialState.WAITING
    assert start is not None
    assert last_sign(trial) == start + timedelta(seconds=3)
    taken.set_user_attr("heartbeat", (start + timedelta(seconds=9)).isoformat())
    assert last_sign(study.get_trials(deepcopy=False)[0]) == start + timedelta(seconds=9)
