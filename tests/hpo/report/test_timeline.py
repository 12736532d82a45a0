"""The report's timeline, and what it says of the time that a search took."""

from __future__ import annotations

from datetime import datetime, timedelta

import optuna
from optuna.trial import TrialState
from searched_trials import COMPLETE, CONFIG, MIXED, RUNNING, START, trial

from hpo.report.clock import Clock
from hpo.report.search import timeline
from hpo.report.text import searched


def test_the_clock_leaves_long_pauses_out() -> None:
    def seconds(*numbers: float) -> list[datetime]:
        return [START + timedelta(seconds=number) for number in numbers]

    a, b, c, d = seconds(0, 50, 5000, 5050)
    clock = Clock([(a, b), (a, b), (c, d)])
    assert clock.pauses == [(50, 4950)]
    assert (clock.seconds, clock.peak) == (100, 2)
    assert (clock.at(a), clock.at(b), clock.at(c), clock.at(d)) == (0, 50, 50, 100)


def test_the_timeline_has_a_row_a_worker() -> None:
    running = trial(5, RUNNING, (0.45,))
    running.user_attrs["heartbeat"] = (START + timedelta(seconds=40)).astimezone().isoformat()
    section = timeline([*MIXED[:5], running])
    figure = section.figures["timeline"]
    rows = {trace.name: list(trace.y) for trace in figure.data}
    assert rows == {
        "complete (2)": [1, 1],
        "pruned (1)": [2],
        "running (1)": [2],
        "failed (1)": [2],
        "infeasible (1)": [1],
    }
    bar = next(trace for trace in figure.data if trace.name == "running (1)")
    assert (list(bar.base), list(bar.x)) == ([20], [20])


def test_a_trial_that_waits_to_go_on_is_not_in_use_until_now() -> None:
    """It was interrupted before its worker gave a first sign of life."""
    waiting = trial(0, TrialState.WAITING, (0.3,))
    waiting.datetime_complete, waiting.user_attrs["seconds"] = None, 3.1
    never_begun = optuna.create_trial(state=TrialState.WAITING)
    text = searched(CONFIG, [waiting, never_begun])
    assert (
        "In 3.1 s (3.1 s of training, at most 1 trial at the same time) there was 1 trial: 1"
        " waiting to go on." in text
    )
    section = timeline([waiting, never_begun])
    assert (section.title, section.figures) == (
        "No worker has a trial, or had one that ended",
        {},
    )
    section = timeline([waiting, trial(1, COMPLETE, (0.5,))])
    assert section.title == "10 s of search, at most 1 trial at once: 100 % of that time in use"
    assert section.text.endswith(" Not shown: 1 trial waiting to go on.")
    text = searched(CONFIG, [waiting, trial(1, COMPLETE, (0.5,))])
    assert "there were 2 trials: 1 trained to the end, 1 waiting to go on." in text
