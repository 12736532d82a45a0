"""A search that is done: what it found, and after how much work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optuna.trial import FrozenTrial

from hpo.reproduce.paper_search.work import epoch_operations
from hpo.study.definition import StudyConfig
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import counts, seconds
from hpo.trials.configuration import trial_config
from hpo.trials.outcome import complete_trials
from hpo.trials.times import in_order
from model.config import RunConfig


@dataclass(frozen=True)
class Searched:
    """One search that is done.

    Attributes:
        form: name of the form of its space.
        sampler: name of the sampler.
        repetition: 0 and on, the study's seed.
        best: the configuration of the best complete trial, a person's or one that was proposed;
            None if there is none.
        by_hand: the best value of the first configurations, which a person gave; 0 if there is
            none.
        found: (operations of all trainings until then, best value of a proposal so far), one entry
            for each improvement.
        operations: operations of all trainings, see `work`.
        seconds: seconds of training, all trials together.
        counts: trials by how they ended.
        shrinking: the largest part of a weight that L2 takes in a step, over the layers, of each
            proposal that was trained, in the order in which they ended.
    """

    form: str
    sampler: str
    repetition: int
    best: RunConfig | None
    by_hand: float
    found: list[tuple[int, float]]
    operations: int
    seconds: float
    counts: dict[str, int]
    shrinking: list[float]

    @property
    def value(self) -> float:
        """The best value of a proposal; 0 if none was trained to its end."""
        return self.found[-1][1] if self.found else 0.0

    @property
    def best_value(self) -> float:
        """The best value, a person's configurations included."""
        return max(self.value, self.by_hand)

    def after(self, operations: int) -> float:
        """The best value of a proposal after these operations; 0 if none was complete then."""
        return max((value for at, value in self.found if at <= operations), default=0.0)

    def reaches(self, value: float) -> int | None:
        """Operations after which a proposal reaches a value; None if none does."""
        return next((at for at, best in self.found if best >= value), None)

    def document(self) -> dict[str, Any]:
        """The search without its configuration, as a table for JSON."""
        return {
            "form": self.form,
            "sampler": self.sampler,
            "repetition": self.repetition,
            "best": self.value,
            "by_hand": self.by_hand,
            "seconds_trained": round(self.seconds, 1),
            "operations": self.operations,
            "best_so_far": [list(improvement) for improvement in self.found],
            "shrinking": self.shrinking,
            **self.counts,
        }


def read_search(
    form: str, config: StudyConfig, repetition: int, trials: Sequence[FrozenTrial]
) -> Searched:
    """What a search found, from its trials in the order in which they ended."""
    ended = [trial for trial in trials if trial.datetime_complete is not None]
    ended.sort(key=in_order)
    own = [trial for trial in ended if TrialRecord.of(trial).parameters is not None]
    complete = {trial.number for trial in complete_trials(trials)}
    best = max((t for t in own if t.number in complete), key=lambda t: t.values[0], default=None)
    starts = {trial.number for trial in own if TrialRecord.of(trial).enqueued}
    now, by_hand, found = 0, 0.0, list[tuple[int, float]]()
    for trial in own:
        now += len(trial.intermediate_values) * epoch_operations(trial_config(config, trial))
        if trial.number not in complete:
            continue
        if trial.number in starts:
            by_hand = max(by_hand, trial.values[0])
        elif not found or trial.values[0] > found[-1][1]:
            found.append((now, trial.values[0]))
    number = counts(trials)
    return Searched(
        form=form,
        sampler=config.sampler.name,
        repetition=repetition,
        best=None if best is None else trial_config(config, best),
        by_hand=by_hand,
        found=found,
        operations=now,
        seconds=seconds(trials),
        counts={
            "complete": number.complete,
            "pruned": number.pruned,
            "failed": number.failed,
            "infeasible": number.infeasible,
        },
        shrinking=[_shrinking(trial_config(config, t)) for t in own if t.number not in starts],
    )


def _shrinking(run: RunConfig) -> float:
    """The largest part of a weight that L2 takes in a step, over the layers."""
    train = run.train
    return max(2 * train.learning_rate * layer.learning_rate * layer.l2 for layer in train.layers)


def best_of(found: list[Searched]) -> Searched | None:
    """The search with the best value on validation; None if no trial is complete.

    It may be that of a configuration that a person gave.
    """
    complete = [search for search in found if search.best is not None]
    return max(complete, key=lambda search: search.best_value, default=None)


def best_in_other_form(found: list[Searched], best: Searched) -> Searched | None:
    """The best search of the other form of the space; None if no trial of it is complete."""
    return best_of([search for search in found if search.form != best.form])
