"""Trials that keep failing, on machines whose clocks differ."""

from datetime import datetime, timedelta

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from data.errors import WorkFailed
from hpo.search.failures import Failures

NOW = datetime(2024, 5, 1, 12)
FAIL, COMPLETE, RUNNING = TrialState.FAIL, TrialState.COMPLETE, TrialState.RUNNING


def ended(number: int, state: TrialState, hours: float = 0.0) -> FrozenTrial:
    """A trial that ended at its number of minutes after `NOW`, by a clock so many hours ahead."""
    record = {"failure": "OSError", "error": "OSError: no such file"} if state is FAIL else {}
    value = 0.5 if state is COMPLETE else None
    trial = optuna.create_trial(state=state, value=value, user_attrs=record)
    trial.number = number
    if state.is_finished():
        trial.datetime_complete = NOW + timedelta(hours=hours, minutes=number)
    return trial


def look_at_each(trials: list[FrozenTrial]) -> None:
    """Looks each time that one more of the trials has ended."""
    running = [ended(trial.number, RUNNING) for trial in trials]
    failures = Failures(running)
    for number in range(len(trials)):
        failures.look(trials[: number + 1] + running[number + 1 :])


@pytest.mark.parametrize("hours", [2, -2])
def test_failures_of_a_machine_whose_clock_differs_are_not_in_a_row(hours: int) -> None:
    states = [FAIL, COMPLETE, FAIL, COMPLETE, FAIL, COMPLETE]
    look_at_each(
        [ended(n, state, hours if state is FAIL else 0.0) for n, state in enumerate(states)]
    )


def test_failures_in_a_row_are_noticed_whatever_their_clocks() -> None:
    """Between two of their dates is that of a trial which ended before all."""
    trials = [ended(0, COMPLETE, 1), ended(1, FAIL), ended(2, FAIL, 2), ended(3, FAIL)]
    with pytest.raises(
        WorkFailed, match=r"^3 trials in a row failed; the last with OSError: no such file$"
    ):
        look_at_each(trials)


def test_trials_seen_at_one_look_are_in_the_order_of_their_dates() -> None:
    failures = Failures([])
    failures.look([ended(0, FAIL), ended(1, COMPLETE), ended(2, FAIL), ended(3, FAIL)])
    with pytest.raises(WorkFailed):
        failures.look([ended(0, FAIL), ended(1, COMPLETE), *(ended(n, FAIL) for n in (2, 3, 4))])


def test_failures_before_the_first_look_do_not_count() -> None:
    trials = [ended(number, FAIL) for number in range(4)]
    failures = Failures(trials[:2])
    failures.look(trials)
