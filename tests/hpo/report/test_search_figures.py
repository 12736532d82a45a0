"""The report's figures of a search, from trials of every kind: what they draw."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from hpo.report.parameters import importance_bars, parallel, slices
from hpo.report.search import history, learning_curves, timeline
from hpo.report.style import Section
from hpo.report.text import searched
from hpo.study.file import load_study, read_study
from hpo.study.parameter_words import words
from hpo.trials.importance import importances
from hpo.trials.outcome import accuracy_of, state_of
from hpo.trials.ranking import best_first

COMPLETE, PRUNED = TrialState.COMPLETE, TrialState.PRUNED
RUNNING, FAIL = TrialState.RUNNING, TrialState.FAIL
SPACE = {
    "conv1.learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
    "units": IntDistribution(32, 128, step=32),
    "optimiser": CategoricalDistribution(["sgd", "adam"]),
}
CONFIG = load_study("glyphs")
START = datetime(2026, 1, 1, 12)


def trial(
    number: int,
    state: TrialState,
    curve: tuple[float, ...] = (),
    infeasible: bool = False,
    **params: Any,  # noqa: ANN401
) -> FrozenTrial:
    """A trial as a study holds it, ten seconds long, by one of two workers."""
    start = START + timedelta(seconds=10 * (number // 2))
    values = {"conv1.learning_rate": 1e-3, "units": 64, "optimiser": "adam"} | params
    made = optuna.create_trial(
        state=state,
        value=max(curve, default=0.0) if state is COMPLETE else None,
        params={name: value for name, value in values.items() if value is not None},
        distributions={name: SPACE[name] for name, value in values.items() if value is not None},
        user_attrs={"worker": f"host:{number % 2}:1", "seed": number},
        intermediate_values=dict(enumerate(curve, start=1)),
        constraints={"shortfall": 3.0 if infeasible else 0.0},
    )
    made.number, made.datetime_start = number, start
    made.datetime_complete = None if state is RUNNING else start + timedelta(seconds=10)
    return made


def all_sections(trials: list[FrozenTrial]) -> list[Section]:
    mattered = importances(trials)
    return [
        history(trials),
        learning_curves(trials, 0.5),
        parallel(trials, CONFIG),
        importance_bars(mattered, CONFIG),
        slices(trials, CONFIG, list(trials[0].params), mattered is not None),
        timeline(trials),
    ]


def points(section: Section) -> dict[str, list[Any]]:
    """The heights of a section's single figure, by the trace's name without its count."""
    (figure,) = section.figures.values()
    return {trace.name.partition(" (")[0]: list(trace.y) for trace in figure.data if trace.name}


MIXED = [
    trial(0, COMPLETE, (0.3, 0.5)),
    trial(1, PRUNED, (0.4,)),
    trial(2, COMPLETE, infeasible=True),
    trial(3, FAIL),
    trial(4, COMPLETE, (0.4, 0.6), optimiser="sgd"),
    trial(5, RUNNING, (0.45,), units=None),
]


def test_what_became_of_trials_and_their_order() -> None:
    states = ["complete", "pruned", "infeasible", "failed", "complete", "running"]
    assert [state_of(each) for each in MIXED] == states
    assert [accuracy_of(each) for each in MIXED] == [0.5, 0.4, None, None, 0.6, 0.45]
    later = trial(6, PRUNED, (0.1, 0.2))
    assert [each.number for each in best_first([*MIXED, later])] == [4, 0, 6, 1]


def test_the_history_shows_each_kind_and_the_best_so_far() -> None:
    section = history([*MIXED, trial(6, COMPLETE, (0.55,))])
    drawn = points(section)
    assert drawn["complete"] == [50, 60, 55]
    assert drawn["pruned"] == [40]
    assert drawn["running"] == [45]
    assert drawn["best so far"] == [50, 60, 60]
    assert section.title == "The search's best is trial 4: 60.0\xa0%, up from 50.0\xa0%"
    assert section.text.endswith("Not shown: 1 failed trial and 1 infeasible network.")


def test_learning_curves_end_in_a_cross_where_a_trial_was_pruned() -> None:
    section = learning_curves(MIXED, 0.25)
    drawn = points(section)
    assert drawn["complete"] == [40, 60, None, 30, 50, None]
    assert drawn["trial 4, the best"] == [40, 60, None]
    crosses = [trace for trace in section.figures["learning-curves"].data if not trace.name]
    assert [list(trace.y) for trace in crosses] == [[40]]
    assert section.title == "Pruning ended 1 of 3 trials early and spared 25 % of all epochs"


def test_epochs_are_whole_and_begin_with_the_first() -> None:
    for epochs in (1, 2, 4, 64):
        figure = learning_curves([trial(0, COMPLETE, (0.5,) * epochs)], 0).figures[
            "learning-curves"
        ]
        low, high = figure.layout.xaxis.range
        assert 0.5 < low <= 1 <= epochs <= high < epochs + 2
        ticks = figure.layout.xaxis.tickvals
        assert ticks[0] == 1
        assert all(isinstance(tick, int) and tick <= epochs for tick in ticks)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (1e-7, 1e-4, ["1e-7", "1e-6", "1e-5", "1e-4"]),
        (1e-9, 1e-1, ["1e-9", "1e-7", "1e-5", "0.001", "0.1"]),
        (0.5, 2, ["0.5", "1", "2"]),
        (0.21, 0.45, ["0.21", "0.45"]),
    ],
)
def test_a_logarithmic_axis_has_round_ticks_over_the_whole_range(
    low: float, high: float, ticks: list[str]
) -> None:
    made = trial(0, COMPLETE, (0.5,))
    made.distributions["conv1.learning_rate"] = FloatDistribution(low, high, log=True)
    made.params["conv1.learning_rate"] = low
    (figure,) = slices([made], CONFIG, ["conv1.learning_rate"], True).figures.values()
    axis = figure.layout.xaxis
    assert list(axis.ticktext) == ticks
    assert axis.range[0] <= np.log10(low)
    assert axis.range[1] >= np.log10(high)


def test_a_parameter_of_few_values_has_them_as_ticks() -> None:
    few = {
        "kernel": (IntDistribution(3, 7, step=2), 5, [3, 5, 7]),
        "units": (CategoricalDistribution([64, 16, 32]), 16, [16, 32, 64]),
        "many": (IntDistribution(1, 100), 50, None),
        "rate": (FloatDistribution(0.0, 1.0), 0.5, None),
    }
    made = trial(0, COMPLETE, (0.5,))
    for name, (distribution, value, _) in few.items():
        made.distributions[name], made.params[name] = distribution, value
    figures = slices([made], CONFIG, list(few), True).figures
    for name, (_, _, expected) in few.items():
        ticks = figures[f"slice-{name}"].layout.xaxis.tickvals
        assert (None if ticks is None else list(ticks)) == expected


def test_only_symbols_that_are_drawn_are_explained() -> None:
    text = slices(MIXED[:2], CONFIG, ["units"], True).text
    assert "circles" in text
    assert "crosses" in text
    assert "diamonds" not in text
    assert "Green diamonds: running." in slices([MIXED[5]], CONFIG, ["optimiser"], True).text


def test_parallel_coordinates_leave_a_gap_where_a_parameter_is_missing() -> None:
    trials = [trial(0, COMPLETE, (0.5,), units=None), MIXED[4]]
    (figure,) = parallel(trials, CONFIG).figures.values()
    lines = {trace.name: list(trace.x) for trace in figure.data}
    assert figure.layout.yaxis.ticktext[1].startswith("conv1 learning rate ")
    third = pytest.approx(1 / 3, abs=1e-3)
    # Accuracy, learning rate (evenly over its logarithm), optimiser, units.
    assert lines == {"best": [1, third, 0, third, None], "worse half": [0, third, 1, None, None]}


def noisy(count: int, matters: bool) -> list[FrozenTrial]:
    """Trials whose accuracy follows from the learning rate, or from nothing."""
    stream = np.random.default_rng(5)
    made = []
    for number in range(count):
        rate, units = 10 ** stream.uniform(-4, -1), 32 * int(stream.integers(1, 5))
        accuracy = 0.9 - abs(np.log10(rate) + 2) / 5 if matters else stream.uniform(0.4, 0.8)
        state = COMPLETE if stream.uniform() < 0.5 else PRUNED
        curve = (accuracy,) * (4 if state is COMPLETE else 2)
        params = {"conv1.learning_rate": rate, "units": units}
        made.append(trial(number, state, curve, **params))
    return made


def test_importance_is_told_from_chance() -> None:
    found = importances(noisy(60, matters=True))
    assert found is not None
    assert found.clear == ["conv1.learning_rate"]
    assert sum(found.shares.values()) == pytest.approx(1)
    title = importance_bars(found, CONFIG).title
    assert title == "What set the best trials apart: conv1 learning rate"
    chance = importances(noisy(60, matters=False))
    assert chance is not None
    assert chance.clear == []
    assert importance_bars(chance, CONFIG).title == "No parameter stands out from chance"


@pytest.mark.parametrize(
    "trials",
    [
        [trial(0, COMPLETE, (0.5,))],
        [trial(0, RUNNING)],
        [trial(n, PRUNED, (0.3, 0.1 * n)) for n in range(3)],
        [trial(n, COMPLETE, infeasible=True) for n in range(3)],
        [trial(n, FAIL) for n in range(12)],
        [trial(0, PRUNED, (float("nan"), 0.2), optimiser=None, units=None), *MIXED[1:]],
    ],
    ids=["one", "just begun", "only pruned", "only infeasible", "only failed", "missing"],
)
def test_odd_studies_are_drawn_as_far_as_they_go(trials: list[FrozenTrial]) -> None:
    for section in all_sections(trials):
        assert section.title
        assert section.text
        for figure in section.figures.values():
            assert figure.data


@pytest.mark.parametrize(
    ("study", "called"), [("quick", "learning rate factor"), ("glyphs", "learning rate")]
)
def test_factors_of_a_learning_rate_are_called_so(study: str, called: str) -> None:
    config, trials = load_study(study), noisy(60, matters=True)
    found = importances(trials)
    assert importance_bars(found, config).title == f"What set the best trials apart: conv1 {called}"
    assert f"Conv1 {called}: the best trials had" in importance_bars(found, config).text
    (figure,) = parallel(trials, config).figures.values()
    assert [text.partition(" <br>")[0] for text in figure.layout.yaxis.ticktext[1:2]] == [
        f"conv1 {called}"
    ]
    (figure,) = slices(trials, config, ["conv1.learning_rate"], True).figures.values()
    assert figure.layout.xaxis.title.text == f"conv1 {called}"
    assert f"3 parameters ({called}, units and optimiser)" in searched(config, trials)
    assert "learning rate factor" not in words("learning_rate", config)


def test_the_first_paragraph_tells_of_constraints() -> None:
    config = load_study("glyphs")
    assert "at most" not in searched(config, [])
    document = config.model_dump() | {"constraints": {"parameters": 50_000, "seconds": 2.5}}
    assert "A trial could take at most 50,000 parameters and 2.5 seconds of training." in searched(
        read_study(document, "test"), []
    )


def test_thousands_of_trials_stay_light_and_their_legends_short() -> None:
    trials = noisy(3000, matters=True)
    sections = [history(trials), learning_curves(trials, 0), parallel(trials, CONFIG)]
    sections += [slices(trials, CONFIG, ["units"], True), timeline(trials)]
    figures = [figure for section in sections for figure in section.figures.values()]
    assert sum(len(figure.to_json()) for figure in figures) < 2e6
    assert max(len(figure.data) for figure in figures) <= 6
    assert "300 of 3,000 trials are drawn" in sections[2].text


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
