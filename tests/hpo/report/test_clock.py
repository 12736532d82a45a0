"""The time that a search took, with long pauses and with trials that wait to go on."""

from __future__ import annotations

from datetime import datetime, timedelta

import optuna
from optuna.trial import TrialState

from hpo.report.clock import Clock
from hpo.report.search import timeline
from hpo.report.text import searched
from hpo.study.file import load_study

CONFIG = load_study("glyphs")
START = datetime(2026, 1, 1, 12)


def test_the_clock_leaves_long_pauses_out() -> None:
    def seconds(*numbers: float) -> list[datetime]:
        return [START + timedelta(seconds=number) for number in numbers]

    a, b, c, d = seconds(0, 50, 5000, 5050)
    clock = Clock([(a, b), (a, b), (c, d)])
    assert clock.pauses == [(50, 4950)]
    assert (clock.seconds, clock.peak) == (100, 2)
    assert (clock.at(a), clock.at(b), clock.at(c), clock.at(d)) == (0, 50, 50, 100)


def test_a_trial_that_waits_to_go_on_is_not_in_use_until_now() -> None:
    """It was interrupted before its worker gave a first sign of life."""
    waiting, complete = (
        optuna.create_trial(state=TrialState.WAITING),
        optuna.create_trial(value=0.5),
    )
    waiting.number, waiting.datetime_start, waiting.user_attrs = 0, START, {"seconds": 3.1}
    complete.number, complete.datetime_start = 1, START
    complete.datetime_complete = START + timedelta(seconds=10)
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
    section = timeline([waiting, complete])
    assert section.title == "10 s of search, at most 1 trial at once: 100 % of that time in use"
    assert section.text.endswith(" Not shown: 1 trial waiting to go on.")
    text = searched(CONFIG, [waiting, complete])
    assert "there were 2 trials: 1 trained to the end, 1 waiting to go on." in text
