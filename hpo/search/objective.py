"""The objective: samples a trial's configuration, trains it, reports every epoch, prunes.

It has training and validation pictures only; no test alphabet is within its reach.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable
from copy import copy
from dataclasses import dataclass
from itertools import chain
from math import inf, isfinite, nan
from statistics import fmean

import optuna
import torch

from data.splits import SearchData
from hpo.dashboard.trial_artifacts import present
from hpo.database.numbers_again import gives_numbers_again
from hpo.database.opening import STORAGE_ERRORS
from hpo.database.optuna_private import storage_of, stored, trial_id
from hpo.database.parameter_batch import parameters_together
from hpo.runtime.interrupts import allowed
from hpo.runtime.provenance import versions
from hpo.search.checkpoints import Checkpoints
from hpo.search.claims import TrialLost, still_mine
from hpo.search.dead_workers import HEARTBEAT
from hpo.search.lockstep import seen_by, should_prune
from hpo.storage.artifacts import ArtifactStore
from hpo.study.constraints import SECONDS, broken, excess, known_before, seconds_in_all
from hpo.study.definition import StudyConfig
from hpo.study.pruners import may_prune
from hpo.study.samplers import TRAINING, trial_seed
from hpo.study.space import sample
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import visible
from hpo.trials.forecast import Standing
from hpo.trials.outcome import LOSS_OF_EPOCH
from hpo.trials.why_pruned import why_pruned
from hpo.workers.reporter import Reporter
from model.config import RunConfig
from model.device import device_name
from model.training.checkpoint import ForeignCheckpoint
from model.training.epoch_report import EpochReport
from model.training.inputs import pictures_seen
from model.training.step_memory import pictures_of_step
from model.training.trainer import Trainer

log = logging.getLogger(__name__)


class _TooLong(Exception):  # noqa: N818 - the training is no failure, it is stopped
    """The training would take longer than the study allows."""


@dataclass(frozen=True)
class Objective:
    """The objective of a study: trains a trial's configuration and returns what it reached.

    Attributes:
        config: definition of the study.
        data: training and validation pictures.
        device: device to train on.
        checkpoints: checkpoints of unfinished trials.
        progress: reporter that is told of every epoch.
        artifacts: store of finished trials' pictures for the dashboard; None leaves them out.
    """

    config: StudyConfig
    data: SearchData
    device: torch.device
    checkpoints: Checkpoints
    progress: Reporter
    artifacts: ArtifactStore | None = None

    def __call__(self, trial: optuna.Trial) -> list[float]:
        """Trains a trial and returns its value: its best one-shot validation accuracy, 0 to 1.

        Where the study has a second objective, the second value is what the trial cost; of one that
        is infeasible it is infinite.

        The best accuracy so far is reported after each epoch, so a pruned trial's last report is
        comparable with a complete trial's value. The step of a report is the number of epochs done.
        A trial that has a checkpoint goes on from there. A network that cannot exist, or exceeds a
        constraint of the study, is not trained: its value is 0, and its constraint "shortfall",
        "parameters" or "memory" is above 0. A trial that would take too long ends with its value so
        far, and its constraint "training seconds" is above 0.

        Raises:
            optuna.TrialPruned: others did better, or the loss is not finite.
            TrialLost: another worker has taken the trial over.
            InputError: a trained network that the trial is given is missing, or does not fit it.
        """
        seed = trial_seed(self.config.seed, trial.number, TRAINING)
        with seen_by(trial, self.config), parameters_together(trial):
            run = sample(trial, self.config, seed)
        begun = TrialRecord.of(trial).seed is not None
        TrialRecord(seed=seed).save(trial)
        limits = self.config.constraints
        found = known_before(run, limits)
        reason = broken(run, limits, found)
        if reason is not None and limits.seconds is not None:
            found[SECONDS] = 0.0  # not known
        _constrain(trial, found, new=not begun)
        if reason is not None:
            TrialRecord(reason=reason).save(trial)
            return self._values(0.0, inf)
        reported: Collection[int] = ()
        if begun:
            reported = stored(trial.study, trial).intermediate_values.keys()
        self.checkpoints.fetch(trial, len(reported))
        if (seen := pictures_seen(run.train, self.data)) < pictures_of_step(run.train):
            TrialRecord(pictures_per_step=seen).save(trial)
        trainer = self._trainer(trial, run)
        TrialRecord(
            versions=versions(),
            device=device_name(self.device),
            parameters=sum(p.numel() for p in trainer.network.parameters()),
        ).save(trial)
        self.progress.trial_started(trial.number, run.train.epochs)
        if trainer.history:
            self.progress.goes_on(trainer.history[-1])
        stopped = False
        try:
            self._train(trial, trainer, reported)
        except TrialLost:
            raise
        except STORAGE_ERRORS:
            raise
        except _TooLong as ended:
            TrialRecord(reason=str(ended)).save(trial)
            stopped = True
        except BaseException as ended:
            _record(trial, trainer.history)
            if isinstance(ended, optuna.TrialPruned):
                self._constrain_seconds(trial, trainer, ended=False)
                if self.artifacts is not None:
                    present(trial, trainer, self.config.dataset, self.artifacts, stopped=True)
            raise
        _record(trial, trainer.history)
        self._constrain_seconds(trial, trainer, ended=not stopped)
        if self.artifacts is not None:
            present(trial, trainer, self.config.dataset, self.artifacts, stopped=stopped)
        costs = {
            None: 0.0,
            "parameters": float(run.network.parameters),
            "seconds": _seconds(trainer.history),
        }
        cost = inf if stopped else costs[self.config.second_objective]
        return self._values(trainer.history[-1].best_accuracy, cost)

    def _values(self, accuracy: float, cost: float) -> list[float]:
        return [accuracy] if self.config.second_objective is None else [accuracy, cost]

    def _trainer(self, trial: optuna.Trial, run: RunConfig) -> Trainer:
        """The trial's training, from its checkpoint where that is its own."""
        file = self.checkpoints.file(trial)
        steps_done = self._steps_done(trial)
        try:
            return Trainer(run, self.data, self.device, file, steps_done)
        except ForeignCheckpoint:  # of a study that had the name before, say
            log.warning(
                "trial %d: its checkpoint is another training's; it starts again", trial.number
            )
            file.unlink()
            return Trainer(run, self.data, self.device, file, steps_done)

    def _steps_done(self, trial: optuna.Trial) -> Callable[[float, float], None]:
        """What is told within a trial's long epochs: its speed, and once what follows from it.

        The storage may not be used within an epoch, where interrupts may strike.
        """
        trials, first = trial.study.get_trials(deepcopy=False), iter([True])

        def steps_done(share: float, pictures_per_second: float) -> None:
            self.progress.steps_done(share, pictures_per_second)
            if next(first, False):
                own = copy(trials[trial.number])
                speed = TrialRecord(pictures_per_second=pictures_per_second).attributes()
                own.user_attrs = own.user_attrs | speed
                known = [own if other.number == trial.number else other for other in trials]
                self.progress.stands(Standing.of(known, self.config))

        return steps_done

    def _tell_speed(self, trial: optuna.Trial, pictures_per_second: float) -> None:
        TrialRecord(pictures_per_second=pictures_per_second).save(trial)
        trials = trial.study.get_trials(deepcopy=False)
        self.progress.stands(Standing.of(trials, self.config))

    def _check_seconds(self, trainer: Trainer, step: int) -> None:
        """Checks after an epoch that the training does not take too long, as far as is known.

        Raises:
            _TooLong: it does.
        """
        allowed_seconds = self.config.constraints.seconds
        if allowed_seconds is None:
            return
        done = [report.seconds for report in trainer.history[:step]]
        needed = seconds_in_all(done, trainer.config.train.epochs)
        if needed > allowed_seconds:
            raise _TooLong(
                f"infeasible: would take {needed:,.1f} s,"
                f" constraints.seconds allows {allowed_seconds:,}"
            )

    def _constrain_seconds(self, trial: optuna.Trial, trainer: Trainer, ended: bool) -> None:
        """Stores the constraint on seconds, of a training that has ended or was stopped early."""
        limit = self.config.constraints.seconds
        if limit is not None:
            done = [report.seconds for report in trainer.history]
            epochs = len(done) if ended else trainer.config.train.epochs
            needed = seconds_in_all(done, epochs)
            _constrain(trial, {SECONDS: excess(needed, limit)}, new=False)

    def _train(self, trial: optuna.Trial, trainer: Trainer, reported: Collection[int]) -> None:
        epochs, told = trainer.config.train.epochs, -HEARTBEAT
        known = len(trainer.history)
        if known:
            log.info("trial %d goes on after epoch %d", trial.number, known)
        for report in chain(tuple(trainer.history), allowed(trainer.run())):
            if report.epoch >= known - 1:
                self.progress.epoch_done(report)
            step = report.epoch + 1
            # The storage is used as little as possible: a study may have thousands of workers, and
            # an epoch may last a second.
            due = report.epoch >= known and time.monotonic() - told >= HEARTBEAT
            if due or (report.epoch >= known and gives_numbers_again(trial.study)):
                still_mine(trial)
            if due:
                told = time.monotonic()
                self._tell_speed(trial, report.pictures_per_second)
            if report.epoch >= known:
                self.checkpoints.keep(trial, report.epoch)
            if step not in reported:
                self._report(trial, step, report)
            self._check_seconds(trainer, step)
            if not isfinite(report.loss):
                reason = f"{LOSS_OF_EPOCH} {step} is {report.loss}"
                TrialRecord(reason=reason).save(trial)
                raise optuna.TrialPruned
            # After its last epoch a trial counts as complete, even if others did better.
            if step < epochs and may_prune(self.config, step) and should_prune(trial, self.config):
                trials = trial.study.get_trials(deepcopy=False)
                seen = visible(trial.number, trials, self.config)
                best = report.best_accuracy
                reason = why_pruned(trial.number, step, best, seen, self.config)
                TrialRecord(reason=reason).save(trial)
                raise optuna.TrialPruned

    def _report(self, trial: optuna.Trial, step: int, report: EpochReport) -> None:
        """Stores the best accuracy after an epoch."""
        if self.config.second_objective is None:
            trial.report(report.best_accuracy, step)
            return
        # Optuna's own way raises NotImplementedError where there are two objectives; and so does
        # its TPE of a pruned trial, but for one whose last epoch has no value.
        value = report.best_accuracy if isfinite(report.loss) else nan
        storage_of(trial.study).set_trial_intermediate_value(trial_id(trial), step, value)


def _seconds(history: Iterable[EpochReport]) -> float:
    """Seconds that a training took."""
    return sum(report.seconds for report in history)


def _constrain(trial: optuna.Trial, constraints: dict[str, float], new: bool) -> None:
    """Stores those constraints of a trial that it does not have yet; of a new one all."""
    known: Collection[str] = () if new else trial.constraints
    for name, value in constraints.items():
        if name not in known:
            trial.set_constraint(name, value)


def _record(trial: optuna.Trial, history: list[EpochReport]) -> None:
    """Stores with the trial its best epoch, standard error, seconds and speed."""
    if not history:
        return
    last = history[-1]
    TrialRecord(
        best_epoch=last.best_epoch + 1,
        standard_error=last.best_standard_error,
        seconds=_seconds(history),
        pictures_per_second=fmean(report.pictures_per_second for report in history),
    ).save(trial)
