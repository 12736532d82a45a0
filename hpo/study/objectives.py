"""What a study's trials are judged by: accuracy, and beside it what they cost."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from hpo.runtime.wording import percent
from hpo.study.definition import METRIC, Cost, StudyConfig

COSTS: dict[Cost, str] = {"parameters": "parameters", "seconds": "seconds of training"}
"""Names of what a trial costs."""


class OnFront(BaseModel):
    """A trial that no cheaper one matches.

    Attributes:
        number: the trial's number.
        value: validation accuracy in the search, 0 to 1.
        cost: parameters of its network, or seconds of its training.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    number: int
    value: float
    cost: float


class Front(BaseModel):
    """The Pareto front of a study with a second objective.

    Attributes:
        cost: the second objective.
        trials: cheapest and least accurate first; none before a trial is complete.
    """

    cost: Cost
    trials: list[OnFront]

    @property
    def headings(self) -> tuple[str, str, str]:
        """What the columns of `rows` hold."""
        return "trial", "accuracy on validation", COSTS[self.cost]

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Number, accuracy and cost of each trial, for people."""
        return [
            (str(trial.number), percent(trial.value), amount(self.cost, trial.cost))
            for trial in self.trials
        ]

    def in_words(self) -> str:
        """The front in one line: where it begins and ends.

        Example:
            >>> trials = [OnFront(number=n, value=n / 10, cost=n * 1000) for n in (3, 5, 8)]
            >>> front = Front(cost="parameters", trials=trials)
            >>> front.in_words().replace("\N{NO-BREAK SPACE}", " ")
            '3 trials that no cheaper one matches: 30.0 % at 3,000 parameters to 80.0 % at 8,000'
        """
        if not self.trials:
            return "no trial is complete yet"
        (_, worst, least), (_, best, most) = self.rows[0], self.rows[-1]
        begins = f"{worst} at {least} {COSTS[self.cost]}"
        if len(self.trials) == 1:
            return f"trial {self.trials[0].number} alone: {begins}"
        return (
            f"{len(self.trials)} trials that no cheaper one matches: {begins} to {best} at {most}"
        )


def directions(config: StudyConfig) -> list[Literal["maximize", "minimize"]]:
    """Whether each of a trial's values is to be large or small, as Optuna has it."""
    return ["maximize"] if config.second_objective is None else ["maximize", "minimize"]


def metric_names(config: StudyConfig) -> list[str]:
    """Names of a trial's values."""
    return [METRIC] if config.second_objective is None else [METRIC, COSTS[config.second_objective]]


def amount(cost: Cost, value: float) -> str:
    """A cost, without its unit.

    >>> amount("parameters", 4200.0), amount("seconds", 41.26)
    ('4,200', '41.3')
    """
    return f"{value:,.0f}" if cost == "parameters" else f"{value:,.1f}"
