"""Forecast: how long a study still takes, its search, its retraining and its test together.

Made of what its trials have told: how long an epoch of each takes, and how many epochs each was
trained. It is in seconds of the clock, with as many workers as there are now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Self

from optuna.trial import FrozenTrial, TrialState
from pydantic import BaseModel, ConfigDict, Field

from data.errors import InputError
from hpo.runtime.wording import rough
from hpo.study.definition import StudyConfig
from hpo.study.pruners import expected_epochs, next_rung
from hpo.study.space import most_epochs
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import counts, seconds
from hpo.trials.configuration import trial_config
from hpo.trials.machines import done_with_all, largest_machine
from hpo.trials.outcome import accuracy_of, is_infeasible
from hpo.trials.ranking import best_first
from hpo.trials.times import duration
from model.config import TrainConfig
from model.training.step_memory import pictures_of_step

TRUSTED = 3.0
"""Number of trials that the pruner's rule counts for beside those that were observed."""
SETTLED = 60
"""Number of trials after which the rule gives one about as many epochs as the next."""
TESTS = 6.0
"""Time of a network's test, in epochs' validations: it embeds five times as many pictures."""
CHOOSING = 8.0
"""Time of choosing when `classify` answers `unknown`, once for a study, in epochs' validations."""


class Forecast(BaseModel):
    """How long a study still takes, in seconds of the clock.

    Attributes:
        spent: what the work that is done takes with as many workers as there are now.
        search: left of the search.
        retraining: left of the retraining of the best trials.
        test: left of the test.

    Example:
        >>> forecast = Forecast(spent=60, search=120, retraining=50, test=10)
        >>> forecast.left, forecast.part
        (180.0, 0.25)
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    spent: float = Field(ge=0)
    search: float = Field(ge=0)
    retraining: float = Field(ge=0)
    test: float = Field(ge=0)

    @property
    def left(self) -> float:
        """Seconds that are left of everything."""
        return self.search + self.retraining + self.test

    @property
    def part(self) -> float:
        """Part of the whole that is done, 0 to 1."""
        return self.spent / (self.spent + self.left) if self.spent else 0.0

    def of_the_search(self) -> Forecast:
        """This forecast where nothing is retrained and tested after the search.

        Example:
            >>> Forecast(spent=60, search=120, retraining=50, test=10).of_the_search().left
            120.0
        """
        return self.model_copy(update={"retraining": 0.0, "test": 0.0})

    def in_words(self) -> str:
        """The time left in all, and how it is divided between search, retraining and test.

        Example:
            >>> Forecast(spent=60, search=0, retraining=131, test=8).in_words()
            'about 2 min 20 s left: retraining 2 min 10 s, test 8 s'
        """
        each = {"search": self.search, "retraining": self.retraining, "test": self.test}
        parts = [f"{what} {rough(seconds)}" for what, seconds in each.items() if seconds]
        return f"about {rough(self.left)} left{': ' if parts else ''}{', '.join(parts)}"


class Standing(BaseModel):
    """How far a study has come, on all machines.

    Attributes:
        done: trials that the budget counts.
        total: the budget.
        forecast: what is left; None before anything is known.
    """

    model_config = ConfigDict(frozen=True)

    done: int
    total: int
    forecast: Forecast | None

    @classmethod
    def of(cls, trials: Sequence[FrozenTrial], config: StudyConfig, worker: str = "") -> Self:
        """The standing of a study with these trials and this definition; see `forecast`."""
        done, total = counts(trials).done, config.trials
        return cls(done=done, total=total, forecast=forecast(trials, config, worker=worker))


@dataclass(frozen=True)
class _Pace:
    """How fast a trial is trained.

    Attributes:
        epochs: number of epochs that it has done, at least 1.
        epoch: seconds of each, its validation included.
    """

    epochs: int
    epoch: float


def forecast(
    trials: Sequence[FrozenTrial],
    config: StudyConfig,
    workers: int | None = None,
    worker: str = "",
) -> Forecast | None:
    """What is left of a study whose search goes on, or is done; None before anything is known.

    The trials to come are taken to last as the pruner's rule lets them on average, corrected by
    what those before them did. The finish is taken to be done by the machine with most workers.

    Args:
        trials: the study's, by number.
        config: its definition.
        workers: their number, all on one machine; None counts those that run a trial now.
        worker: one that counts too, for it is between two trials; "" if there is none.
    """
    paces = {trial.number: pace for trial in trials if (pace := _pace(trial, config))}
    if not paces:
        return None
    running = [trial for trial in trials if trial.state is TrialState.RUNNING]
    ended = [trial for trial in trials if trial.state.is_finished() and trial.number in paces]
    names = [TrialRecord.of(trial).worker for trial in running]
    names += [worker] if worker and worker not in names else []
    at_finish = workers or largest_machine([*names, *done_with_all(running, ended)])
    workers = workers or max(1, len(names))
    known = [paces[trial.number] for trial in ended] or list(paces.values())
    epoch = sum(p.epochs * p.epoch for p in known) / sum(p.epochs for p in known)
    between = _seconds_between(ended)
    left, to_come = _epochs_left(trials, config, {t.number: paces[t.number] for t in ended})
    # The last trials end one by one: half a trial for each worker but one.
    usual = expected_epochs(config, config.trials, most_epochs(config))
    tail = epoch * usual * (workers - 1) / 2 if left else 0.0
    search = left * epoch + to_come * between + tail
    if config.timeout is not None:
        search = min(search, max(0.0, config.timeout - seconds(trials)))
    best = _likely_finalists(ended, running)[: config.finish.finalists]
    retraining, test = _finish(best, paces, config, at_finish)
    return Forecast(
        spent=sum(paces[t.number].epochs * paces[t.number].epoch for t in ended) / workers,
        search=search / workers,
        retraining=retraining,
        test=test,
    )


def _likely_finalists(
    ended: Sequence[FrozenTrial], running: Sequence[FrozenTrial]
) -> list[FrozenTrial]:
    """The trials that would be retrained if all went on as they stand, best first.

    A running trial that is ahead of all complete ones will hardly end behind them.
    """
    found = best_first(ended)
    if not found or found[0].state is not TrialState.COMPLETE:
        return [*found, *running]
    bar = accuracy_of(found[0]) or 0.0
    return [t for t in running if max(t.intermediate_values.values(), default=0) > bar] + found


def _pace(trial: FrozenTrial, config: StudyConfig) -> _Pace | None:
    """How fast a trial is trained; None if nothing is known of it."""
    record, epochs = TrialRecord.of(trial), len(trial.intermediate_values)
    if trial.state.is_finished():
        known = record.seconds and epochs and not is_infeasible(trial)
        return _Pace(epochs, record.seconds / epochs) if record.seconds and known else None
    trained = _seconds_of_training(trial, config)
    return None if trained is None else _Pace(max(1, epochs), trained)


def _seconds_of_training(trial: FrozenTrial, config: StudyConfig) -> float | None:
    """Seconds of an epoch's steps; None if nobody has told yet."""
    record = TrialRecord.of(trial)
    if not record.pictures_per_second:
        return None
    try:
        train = trial_config(config, trial).train
    except InputError:  # another program added it
        return None
    return pictures_of_epoch(train, record.pictures_per_step) / record.pictures_per_second


def pictures_of_epoch(train: TrainConfig, of_step: int | None = None) -> int:
    """How many pictures a training sees in an epoch.

    Args:
        train: how it goes.
        of_step: pictures that a step sees; None takes as many as `train` asks for.

    Example:
        >>> from model.config import LayerConfig
        >>> layers = [LayerConfig(learning_rate=0.1)] * 3
        >>> pictures_of_epoch(TrainConfig(layers=layers, loss="pairs", steps_per_epoch=10))
        2560
    """
    return (of_step or pictures_of_step(train)) * train.steps_per_epoch


def _epochs_left(
    trials: Sequence[FrozenTrial], config: StudyConfig, ended: dict[int, _Pace]
) -> tuple[float, int]:
    """Epochs that the trials of the budget have still to be trained, and how many are to begin."""
    most = most_epochs(config)
    rule = _expected_in_all(config, 0, len(ended), most)
    usual = TRUSTED * expected_epochs(config, config.trials, most)
    longer = (sum(pace.epochs for pace in ended.values()) + usual) / (rule + usual)
    done, left = counts(trials).done, 0.0
    begun = [t for t in trials if t.state in (TrialState.RUNNING, TrialState.WAITING)]
    for place, trial in enumerate(begun[: max(0, config.trials - done)], start=done):
        epochs = len(trial.intermediate_values)
        expected = longer * expected_epochs(config, place, most)
        left += min(most, max(next_rung(config, epochs), expected)) - min(most, epochs)
    to_come = max(0, config.trials - done - len(begun))
    coming = longer * _expected_in_all(config, config.trials - to_come, config.trials, most)
    return left + min(coming, float(to_come * most)), to_come


def _expected_in_all(config: StudyConfig, first: int, end: int, most: int) -> float:
    """Epochs that the pruner's rule gives the trials from `first` on, before `end`.

    A budget may be of millions: one by one only as long as each differs from the next.
    """
    early = range(first, min(end, SETTLED))
    late = max(0, end - max(first, SETTLED))
    one_by_one = sum(expected_epochs(config, place, most) for place in early)
    return one_by_one + late * expected_epochs(config, max(end, SETTLED), most)


def _finish(
    best: Sequence[FrozenTrial],
    paces: dict[int, _Pace],
    config: StudyConfig,
    workers: int,
) -> tuple[float, float]:
    """Seconds of the retraining, and of the test."""
    epochs, seeds = config.finish.epochs or most_epochs(config), config.finish.seeds
    known = [(trial, paces[trial.number].epoch) for trial in best if trial.number in paces]
    if not known:
        return 0.0, 0.0
    # So many at once; the last round may be of fewer, and takes as long. The slowest decides.
    rounds = -(-config.finish.finalists * seeds // workers)
    validations = [
        max(0.0, epoch - (_seconds_of_training(trial, config) or epoch)) for trial, epoch in known
    ]
    test = (TESTS * seeds + CHOOSING) * fmean(validations)
    return rounds * epochs * max(epoch for _, epoch in known), test


def _seconds_between(ended: Sequence[FrozenTrial]) -> float:
    """Seconds of a trial beside its training, as is usual: what an interruption took is not."""
    found = [
        max(0.0, took - (TrialRecord.of(trial).seconds or 0.0))
        for trial in ended
        if (took := duration(trial)) is not None
    ]
    return median(found) if found else 0.0
