"""The share of trials that pass a rung, against what the pruner intends."""

from __future__ import annotations

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from hpo.report.rungs import PROPOSED, RANDOM, Passed, passed_rungs, promotion
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study

COMPLETE, PRUNED, RUNNING = TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING


def config(pruner: str = "successive-halving", sampler: str = "tpe") -> StudyConfig:
    """Rungs at 1 and 3 epochs of `glyphs`, four random trials."""
    base = load_study("glyphs")
    changes = {
        "pruner": base.pruner.model_copy(update={"name": pruner, "reduction_factor": 3}),
        "sampler": base.sampler.model_copy(update={"name": sampler, "startup_trials": 4}),
    }
    return base.model_copy(update=changes)


def trial(number: int, epochs: int, state: TrialState, given: bool = False) -> FrozenTrial:
    made = optuna.create_trial(
        state=state,
        value=0.5 if state is COMPLETE else None,
        intermediate_values=dict.fromkeys(range(1, epochs + 1), 0.5),
        system_attrs={"fixed_params": {}} if given else {},
    )
    made.number = number
    return made


TRIALS = [
    trial(0, 4, COMPLETE),
    trial(1, 1, PRUNED),
    trial(2, 3, PRUNED),
    trial(3, 1, PRUNED, given=True),
    trial(4, 4, COMPLETE),
    trial(5, 2, RUNNING),
    trial(6, 1, RUNNING),  # the rung has not decided
    trial(7, 0, TrialState.FAIL),
    trial(8, 4, COMPLETE),
]


def test_trials_are_counted_by_where_their_parameters_are_from() -> None:
    assert passed_rungs(TRIALS, config()) == {
        RANDOM: [Passed(1, 3, 2), Passed(3, 2, 1)],
        PROPOSED: [Passed(1, 3, 3), Passed(3, 2, 2)],
    }
    assert list(passed_rungs(TRIALS, config(sampler="random"))) == [RANDOM]


def test_a_gaussian_process_is_random_until_four_are_complete() -> None:
    assert passed_rungs(TRIALS, config(sampler="gp")) == {
        RANDOM: [Passed(1, 6, 5), Passed(3, 4, 3)],
    }
    later = [*TRIALS, trial(9, 4, COMPLETE), trial(10, 1, PRUNED)]
    assert passed_rungs(later, config(sampler="gp"))[PROPOSED] == [Passed(1, 1, 0)]


def test_the_figure_shows_each_share_beside_the_one_intended() -> None:
    section = promotion(TRIALS, config())
    assert section is not None
    assert section.title == "3 of 3 proposed trials passed the first rung"
    assert "1 of 3 trials" in section.text
    figure = section.figures["rungs"]
    shares = {trace.name: list(trace.y) for trace in figure.data}
    assert shares == {RANDOM: [66.7, 50], PROPOSED: [100, 100]}
    assert figure.layout.shapes[0].y0 == pytest.approx(100 / 3)
    assert list(figure.layout.xaxis.ticktext) == ["1", "3"]


@pytest.mark.parametrize("pruner", ["none", "median", "hyperband"])
def test_other_rules_intend_no_share(pruner: str) -> None:
    assert promotion(TRIALS, config(pruner)) is None


def test_without_a_rung_reached_there_is_nothing_to_show() -> None:
    assert promotion([trial(0, 0, RUNNING)], config()) is None
