"""What a study is: data, budget, search space, and how it is searched."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, field_validator

from data.names import Dataset
from model.config import NetworkConfig, Strict

CHANGEABLE = frozenset(
    {"description", "trials", "infeasible_trials", "timeout", "retries", "warm_start"}
)
"""The fields that may change while a study goes on."""
METRIC = "one-shot validation accuracy"
"""What a trial's value is called."""


class SamplerConfig(Strict):
    """The sampler of parameters, which proposes the first `startup_trials` at random."""

    name: Literal["tpe", "gp", "random"] = "tpe"
    startup_trials: int = Field(default=10, ge=1)


class PrunerConfig(Strict):
    """The pruner, which stops a trial early, never before `min_epochs` are done.

    Hyperband splits the trials into brackets and shows the sampler those of one alone, so
    `startup_trials` are needed in each: it is for large budgets.
    """

    name: Literal["hyperband", "successive-halving", "median", "none"] = "none"
    min_epochs: int = Field(default=1, ge=1)
    reduction_factor: int = Field(default=3, ge=2)


class FinishConfig(Strict):
    """The finish: retraining of the best trials, and the test.

    Attributes:
        finalists: how many of the best trials are trained again.
        seeds: how often each.
        epochs: of these trainings; None takes the trial's.
    """

    finalists: int = Field(default=2, ge=1)
    seeds: int = Field(default=1, ge=1)
    epochs: int | None = Field(default=None, ge=1)


class StudyConfig(Strict):
    """A study: data, budget, search space, and how it is searched.

    Attributes:
        name: in its storage and of its folder.
        dataset: "auto" takes Omniglot where it can be had, else the embedded glyphs.
        seed: of the sampler and of the trials' trainings.
        trials: how many are trained, to the end or until pruned.
        infeasible_trials: how many networks that cannot exist may be proposed; 10 a trial if None.
        timeout: seconds of training, all trials together, after which no trial starts.
        retries: how often a trial whose worker died is taken up, with no epoch done in between.
        warm_start: a study whose best configurations are tried first.
        network: NetworkConfig with ranges and choices.
        train: TrainConfig with ranges and choices; `layers` may be one table for all layers.
    """

    name: str
    description: str = ""
    dataset: Dataset = "auto"
    seed: int = Field(default=0, ge=0)
    trials: int = Field(ge=1)
    infeasible_trials: int | None = Field(default=None, ge=1)
    timeout: float | None = Field(default=None, gt=0)
    retries: int = Field(default=3, ge=0)
    warm_start: str | None = None
    sampler: SamplerConfig = SamplerConfig()
    pruner: PrunerConfig = PrunerConfig()
    finish: FinishConfig = FinishConfig()
    network: dict[str, Any]
    train: dict[str, Any]

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
            raise ValueError(
                f"{name!r} is no folder name; allowed are 1 to 64 letters, digits, '.', '_', '-'"
            )
        return name

    @property
    def size(self) -> int:
        """Height and width of the pictures."""
        size: int = self.network.get("size", NetworkConfig.model_fields["size"].default)
        return size

    @property
    def infeasible_budget(self) -> int:
        """How many networks that cannot exist may be proposed before the search gives up."""
        if self.infeasible_trials is None:
            return 10 * self.trials
        return self.infeasible_trials

    def definition(self) -> dict[str, Any]:
        """The definition of the study, for JSON: everything but what may change."""
        return self.model_dump(mode="json", exclude=set(CHANGEABLE))

    def changeable(self) -> dict[str, Any]:
        """The rest: validating `definition() | changeable()` gives the study again."""
        return self.model_dump(mode="json", include=set(CHANGEABLE))
