"""The definition of a study: data, budget, search space, and how it is searched."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from hpo.study.limits import MOST, MOST_SEED, MOST_SEEDS, study_name
from hpo.study.spelt_out import spelt_out
from model.config import NetworkConfig
from model.pictures_config import PicturesConfig
from model.strict import DatasetName, Strict

CHANGEABLE_FIELDS = frozenset(
    {
        *("description", "trials", "infeasible_trials", "timeout", "stop", "retries"),
        *("warm_start", "start_with"),
    }
)
"""Fields that may change while a study goes on."""
METRIC = "one-shot validation accuracy"
"""Name of a trial's value."""
Cost = Literal["parameters", "seconds"]
"""What a trial costs: parameters of its network, or seconds of its training."""
OF_TWO = ("tpe", "gp", "nsga2", "random")
"""Samplers that know two objectives."""
Count = Annotated[int, Field(ge=1, le=MOST)]
"""A number of trials, or of what is counted like them."""
PrunerName = Literal["hyperband", "successive-halving", "guarded-halving", "median", "none"]
"""Name of the rule by which trials are stopped."""


class SamplerConfig(Strict):
    """The sampler, which proposes the parameters of each trial.

    Attributes:
        name: tree-structured Parzen estimator, Gaussian process, a linear model of what every trial
            reached at the pruner's first rung, the genetic algorithm NSGA-II, or random.
        startup_trials: number of trials that are random, before the sampler learns; of the Gaussian
            process, all are until this number are complete or infeasible; of NSGA-II the number of
            trials of each generation, the first of which is random.
    """

    name: Literal["tpe", "gp", "additive", "nsga2", "random"] = "tpe"
    startup_trials: Count = 10

    @property
    def learns(self) -> bool:
        """Whether it learns from trials, after the random ones at the start."""
        return self.name != "random"

    @property
    def start(self) -> str:
        """Which trials are random before the sampler learns, in words.

        Example:
            >>> SamplerConfig(name="gp", startup_trials=5).start
            'at random until 5 trials are complete or infeasible'
        """
        if self.name == "gp":
            return f"at random until {self.startup_trials} trials are complete or infeasible"
        return f"the first {self.startup_trials} trials at random"


class PrunerConfig(Strict):
    """The pruner, which stops a trial early.

    Hyperband splits the trials into brackets and shows the sampler the trials of one bracket. Each
    bracket needs `startup_trials` of its own, so Hyperband is for large budgets.

    Attributes:
        name: the rule by which trials are stopped.
        min_epochs: number of epochs before which no trial is stopped.
        reduction_factor: used by both halvings and Hyperband: about one trial in this many passes
            a rung, and the next rung is at this many times the epochs.
    """

    name: PrunerName = "none"
    min_epochs: Count = 1
    reduction_factor: int = Field(default=3, ge=2, le=MOST)


class StopConfig(Strict):
    """The rule by which a search ends before its budget is spent.

    Attributes:
        gain: accuracy, 0 to 1; the search ends when less is expected of the next trials.
        trials: number of these next trials.
    """

    gain: float = Field(default=0.002, gt=0, lt=1)
    trials: Count = 20


class ConstraintsConfig(Strict):
    """The constraints: what a trial may need at most. None sets no limit.

    Parameters and memory follow from the configuration: a trial that needs more is not trained.
    Seconds are forecast after each epoch: a trial that would take longer ends there. Either is
    infeasible, and not counted in the budget.

    Attributes:
        parameters: number of parameters of the network.
        memory: MiB of a step of the training, see `step_memory`.
        seconds: seconds of the training, validation included.
    """

    parameters: int | None = Field(default=None, ge=1, le=MOST)
    memory: float | None = Field(default=None, gt=0)
    seconds: float | None = Field(default=None, gt=0)


class FinishConfig(Strict):
    """The finish: retraining of the best trials, and the test.

    Attributes:
        finalists: number of the best trials that are trained again.
        seeds: number of trainings of each finalist.
        epochs: number of epochs of these trainings; None takes the trial's.
    """

    finalists: Count = 2
    seeds: int = Field(default=1, ge=1, le=MOST_SEEDS)
    epochs: int | None = Field(default=None, ge=1, le=10_000)  # TrainConfig's


class StudyConfig(Strict):
    """A study: data, budget, search space, and how it is searched.

    Attributes:
        name: name of the study in its storage, and of its folder.
        description: a few words for people.
        dataset: "auto" takes Omniglot if it can be had, else the embedded glyphs; "folder:PATH"
            a folder of one's own.
        seed: seed of the sampler and of the trials' trainings.
        trials: budget: number of trials that are trained, to the end or until pruned.
        infeasible_trials: number of infeasible trials, see `constraints`, after which the search
            gives up; networks that cannot exist are such; None allows ten for each trial of the
            budget.
        timeout: seconds of training, all trials together, after which no trial starts; None sets
            no limit.
        stop: the rule by which the search ends sooner; None spends the budget.
        retries: number of times that a trial goes on after its worker died, with no epoch done in
            between.
        lockstep: number W of workers that the search is made for: trial n begins when the trials up
            to n - W have ended, and sees only these, so any number of workers finds the same
            trials. None lets a trial see all, and none waits.
        second_objective: what the search makes as small as it can, while it makes accuracy as large
            as it can; None if accuracy alone counts.
        warm_start: name of the study whose best configurations are tried first; None if there is
            none.
        start_with: files of configurations, or folders of such files, that are tried first; None if
            there are none.
        sampler: what proposes parameters.
        pruner: what stops trials early.
        constraints: what a trial may need at most.
        finish: what follows the search.
        network: NetworkConfig with ranges and choices.
        train: TrainConfig with ranges and choices; `layers` may be one table for all layers.

    Example:
        >>> train = {"epochs": {"low": 1, "high": 8}}
        >>> study = StudyConfig(name="mine", trials=20, network={"size": 28}, train=train)
        >>> study.size, study.sampler.name, study.infeasible_budget
        (28, 'tpe', 200)
    """

    name: str
    description: str = ""
    dataset: DatasetName = "auto"
    seed: int = Field(default=0, ge=0, le=MOST_SEED)
    trials: Count
    infeasible_trials: Count | None = None
    timeout: float | None = Field(default=None, gt=0)
    stop: StopConfig | None = None
    retries: int = Field(default=3, ge=0, le=MOST)
    lockstep: Count | None = None
    second_objective: Cost | None = None
    warm_start: str | None = None
    start_with: tuple[str, ...] | None = Field(default=None, min_length=1, strict=False)
    sampler: SamplerConfig = SamplerConfig()
    pruner: PrunerConfig = PrunerConfig()
    constraints: ConstraintsConfig = ConstraintsConfig()
    finish: FinishConfig = FinishConfig()
    network: dict[str, Any]
    train: dict[str, Any]

    @field_validator("name", "warm_start")
    @classmethod
    def _names_a_study(cls, name: str | None) -> str | None:
        return name if name is None else study_name(name)

    @model_validator(mode="after")
    def _objectives_go_with_the_rest(self) -> Self:
        sampler, pruner = self.sampler.name, self.pruner.name
        if self.second_objective is None:
            if sampler == "nsga2":
                raise ValueError("sampler.name: 'nsga2' needs a second_objective, which is not set")
            return self
        if pruner != "none":
            raise ValueError(
                f"pruner.name: should be 'none', not {pruner!r}: pruners compare trials by accuracy"
                " alone, and there is a second_objective"
            )
        if sampler not in OF_TWO:
            allowed = f"{', '.join(map(repr, OF_TWO[:-1]))} or {OF_TWO[-1]!r}"
            raise ValueError(
                f"sampler.name: should be {allowed}, not {sampler!r}: there is a second_objective"
            )
        return self

    @model_validator(mode="after")
    def _lockstep_repeats(self) -> Self:
        if self.lockstep is None:
            return self
        for differs, what in (
            (self.sampler.name == "nsga2", "sampler 'nsga2'"),
            (self.second_objective == "seconds", "second_objective 'seconds'"),
            (self.constraints.seconds is not None, "constraints.seconds"),
        ):
            if differs:
                raise ValueError(
                    f"lockstep: should not be set, as with {what} no search can repeat"
                )
        return self

    @property
    def size(self) -> int:
        """Height and width of the pictures, in pixels."""
        size: int = self.network.get("size", NetworkConfig.model_fields["size"].default)
        return size

    @property
    def pictures(self) -> PicturesConfig:
        """What all its trainings are given; `share` may be open, and is the default's then."""
        given = self.train.get("pictures", {})
        fixed = {key: given[key] for key in ("drawers", "extra") if key in given}
        return PicturesConfig.model_validate(fixed)

    @property
    def names_networks(self) -> bool:
        """Whether its trainings are given trained networks, to start from or as a teacher."""
        return bool(self.train.keys() & {"initial", "teacher"})

    @property
    def infeasible_budget(self) -> int:
        """Number of infeasible trials after which the search gives up."""
        if self.infeasible_trials is None:
            return 10 * self.trials
        return self.infeasible_trials

    def unchangeable(self) -> dict[str, Any]:
        """The fields that define the study, for JSON: all that may not change.

        Constraints and a second objective that are not set are left out: studies that are older
        than these have none.
        """
        later = {"constraints", "second_objective"}
        found = self.model_dump(mode="json", exclude={*CHANGEABLE_FIELDS, *later})
        given = self.model_dump(mode="json", include=later, exclude_none=True)
        return found | {name: value for name, value in given.items() if value}

    def spelt_out(self) -> dict[str, Any]:
        """`unchangeable()` with the space's defaults written out: equal where studies are."""
        return self.unchangeable() | spelt_out(self.network, self.train)

    def is_defined_by(self, definition: object) -> bool:
        """Whether what `unchangeable` gave is this study's; it may lack keys that have defaults.

        Example:
            >>> train = {"optimiser": "adam"}
            >>> study = StudyConfig(name="mine", trials=20, network={"size": 28}, train=train)
            >>> stored = study.unchangeable()
            >>> study.is_defined_by(stored), study.is_defined_by(stored | {"seed": 1})
            (True, False)
        """
        if not isinstance(definition, dict):
            return False
        try:
            stored = StudyConfig.model_validate(definition | self.changeable())
        except ValidationError:
            return False
        return stored.spelt_out() == self.spelt_out()

    def changeable(self) -> dict[str, Any]:
        """The fields that may change, for JSON; with those of `unchangeable` they are the study."""
        return self.model_dump(mode="json", include=set(CHANGEABLE_FIELDS))
