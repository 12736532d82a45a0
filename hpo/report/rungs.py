"""How many trials pass the pruner's rungs, against how many its rule intends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optuna.trial import FrozenTrial

from hpo.database.optuna_private import was_enqueued
from hpo.report.style import Section, empty_figure
from hpo.runtime.palette import BLUE, GREY, INK, VERMILLION
from hpo.study.definition import StudyConfig
from hpo.study.pruners import WITH_RUNGS, rungs_of
from hpo.study.space import most_epochs
from hpo.trials.outcome import state_of
from hpo.trials.random_phase import random_trials

Trials = Sequence[FrozenTrial]
RANDOM, PROPOSED = "random, at the start", "proposed by the sampler"


@dataclass(frozen=True)
class Passed:
    """What a rung let go on.

    Attributes:
        rung: the number of epochs at which it decides.
        reached: how many trials it decided on.
        passed: how many of these it let go on.
    """

    rung: int
    reached: int
    passed: int


def passed_rungs(trials: Trials, config: StudyConfig) -> dict[str, list[Passed]]:
    """What each rung let go on, by where the trials' parameters are from.

    Trials that somebody gave belong to neither group; of the others the first are random, see
    `random_trials`. A rung is left out where no trial of the group has reached it.
    """
    startup = random_trials(trials, config.sampler)
    groups: dict[str, list[FrozenTrial]] = {RANDOM: [], PROPOSED: []}
    for trial in trials:
        if not was_enqueued(trial):
            proposed = config.sampler.learns and trial.number >= startup
            groups[PROPOSED if proposed else RANDOM].append(trial)
    below = most_epochs(config)
    found = {
        group: [passed for rung in rungs_of(config, below) if (passed := _at(rung, of_group))]
        for group, of_group in groups.items()
    }
    return {group: rungs for group, rungs in found.items() if rungs}


def promotion(trials: Trials, config: StudyConfig) -> Section | None:
    """The share of trials that passed each rung; None where no rule of rungs prunes.

    Hyperband has rungs of its own for each bracket, and is left out too.
    """
    if config.pruner.name not in WITH_RUNGS or config.pruner.name == "hyperband":
        return None
    found = passed_rungs(trials, config)
    if not found:
        return None
    share = 100 / config.pruner.reduction_factor
    rungs = sorted({passed.rung for of_group in found.values() for passed in of_group})
    figure = empty_figure("epochs at which the rung decides", "trials that passed it (%)", 300)
    for group, colour, side in ((RANDOM, GREY, -0.19), (PROPOSED, BLUE, 0.19)):
        of_group = found.get(group, [])
        if of_group:
            figure.add_bar(
                name=group,
                x=[rungs.index(passed.rung) + side for passed in of_group],
                y=[round(100 * passed.passed / passed.reached, 1) for passed in of_group],
                width=0.36,
                marker={"color": colour},
                text=[f"{passed.passed} of {passed.reached}" for passed in of_group],
                textposition="outside",
                textfont={"color": INK},
                cliponaxis=False,
                hoverinfo="skip",
            )
    figure.add_hline(share, line={"color": VERMILLION, "dash": "dot", "width": 2})
    figure.update_xaxes(
        tickvals=list(range(len(rungs))),
        ticktext=[str(rung) for rung in rungs],
        range=[-0.6, len(rungs) - 0.4],
    )
    figure.update_yaxes(range=[0, 112], tickvals=[0, 25, 50, 75, 100])
    figure.update_layout(showlegend=True)
    return Section(_title(found), _text(config, share), {"rungs": figure})


def _title(found: dict[str, list[Passed]]) -> str:
    group = PROPOSED if PROPOSED in found else RANDOM
    first = found[group][0]
    whose = "proposed" if group == PROPOSED else "random"
    trials = "trial" if first.reached == 1 else "trials"
    return f"{first.passed} of {first.reached} {whose} {trials} passed the first rung"


def _text(config: StudyConfig, share: float) -> str:
    factor = config.pruner.reduction_factor
    return (
        f"The pruner intends that 1 of {factor} trials which reach a rung pass it, {share:.0f} %"
        f" (dotted); while fewer than {factor} have reached it, the best of them does. Proposals"
        " of a sampler that learns are compared with earlier, worse trials: where the rule is no"
        " more than that, more of them pass."
    )


def _at(rung: int, trials: Trials) -> Passed | None:
    reached = passed = 0
    for trial in trials:
        last = max(trial.intermediate_values, default=0)
        if last > rung or (last == rung and state_of(trial) == "pruned"):
            reached += 1
            passed += last > rung
    if not reached:
        return None
    return Passed(rung, reached, passed)
