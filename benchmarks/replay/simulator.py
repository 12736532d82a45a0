"""A search of many workers on a simulated clock: real samplers and pruners, replayed trainings."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np
import optuna
from optuna.trial import TrialState

from benchmarks.replay.surrogate import Curve, Surrogate
from hpo.study.constraints import known_before
from hpo.study.definition import StudyConfig
from hpo.study.pruners import make_pruner, rungs_of
from hpo.study.samplers import make_sampler
from hpo.study.space import most_epochs, sample

optuna.logging.set_verbosity(optuna.logging.WARNING)


@dataclass
class Outcome:
    """What a simulated search found.

    Attributes:
        found: (seconds, true accuracy of the best complete trial), at each change.
        done: trials complete or pruned, at each of these changes.
        wall: seconds until the last worker was done.
        trials: how many were complete or pruned.
        complete: how many were complete.
        epochs: how many were trained in all.
        asking: processor seconds that the sampler took.
    """

    found: list[tuple[float, float]] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    wall: float = 0.0
    trials: int = 0
    complete: int = 0
    epochs: int = 0
    asking: float = 0.0

    def at(self, seconds: float) -> float:
        """True accuracy of the best trial at a time; 0 before the first is complete."""
        return max((pair for pair in self.found if pair[0] <= seconds), default=(0.0, 0.0))[1]

    def reaches(self, level: float) -> float:
        """Seconds until the best trial was truly as good; infinite if it never was."""
        return next((seconds for seconds, accuracy in self.found if accuracy >= level), inf)

    @property
    def by_trials(self) -> Outcome:
        """The same with the number of trials done in the place of seconds."""
        accuracies = (accuracy for _, accuracy in self.found)
        return replace(self, found=list(zip(map(float, self.done), accuracies, strict=True)))


@dataclass
class Running:
    """A trial that a worker trains, or that is paused.

    Attributes:
        trial: Optuna's.
        curve: its training, with the luck of a seed.
        truth: its best accuracy without that.
        epoch: how many it has trained.
    """

    trial: optuna.Trial
    curve: Curve
    truth: float
    epoch: int = 0


class Simulation:
    """One search; the study's seed tells repetitions apart.

    Args:
        study: what is searched, by which sampler and pruner.
        surrogate: gives the trials' curves.
        workers: how many; each trains one trial at a time, and a free one starts the next at once.
        trials: the budget; None if only time ends the search.
        seconds: after which no epoch ends; None if only trials end the search.
        promotion: whether asynchronous successive halving (Li et al. 2020) takes the pruner's
            place: trials pause at every rung and go on from there when they are promoted. In
            Optuna's terms, a pruned trial goes on as a new one with the same parameters.
    """

    def __init__(
        self,
        study: StudyConfig,
        surrogate: Surrogate,
        workers: int,
        trials: int | None = None,
        seconds: float | None = None,
        promotion: bool = False,
    ) -> None:
        self.config, self.surrogate, self.workers = study, surrogate, workers
        self.trials, self.seconds = trials or 10**9, seconds or inf
        self.study = optuna.create_study(
            direction="maximize",
            # Hyperband takes a trial's bracket from the study's name.
            study_name=f"replay-{study.seed}",
            pruner=optuna.pruners.NopPruner() if promotion else make_pruner(study),
        )
        self.rungs = list(rungs_of(study, most_epochs(study))) if promotion else []
        self.paused: list[list[Running]] = [[] for _ in self.rungs]
        self.arrived: list[list[float]] = [[] for _ in self.rungs]
        self.started = 0
        self.best = -inf
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Searches until the budget is spent."""
        queue: list[tuple[float, int, Running | None]] = [
            (0.0, w, None) for w in range(self.workers)
        ]
        while queue:
            now, worker, running = heapq.heappop(queue)
            if running is not None:
                self.outcome.wall, self.outcome.epochs = now, self.outcome.epochs + 1
                running = self._epoch_done(now, running)
            if running is None:
                running = self._promote()
            if running is None and self.started < self.trials:
                running = self._start()
            if running is not None and now + running.curve.seconds <= self.seconds:
                heapq.heappush(queue, (now + running.curve.seconds, worker, running))
        return self.outcome

    def _start(self) -> Running:
        """A new trial; networks that cannot exist cost nothing."""
        while True:
            trials = self.study.get_trials(deepcopy=False)
            # Those enqueued before the search have their numbers, and come in their order.
            number = sum(trial.state is not TrialState.WAITING for trial in trials)
            begun = time.process_time()
            self.study.sampler = make_sampler(self.config, number)
            trial = self.study.ask()
            run = sample(trial, self.config, seed=0)
            self.outcome.asking += time.process_time() - begun
            found = known_before(run, self.config.constraints)
            for name, excess in found.items():
                trial.set_constraint(name, excess)
            if all(excess <= 0 for excess in found.values()):
                self.started += 1
                truth = self.surrogate.truth(run)
                dice = np.random.default_rng((self.config.seed, number))
                curve = self.surrogate.with_seed(truth, dice)
                return Running(trial, curve, float(truth.best[-1]))
            self.study.tell(trial, 0.0)

    def _epoch_done(self, now: float, running: Running) -> Running | None:
        """Reports an epoch; the trial where it goes on."""
        running.epoch += 1
        epochs, curve, trial = len(running.curve.accuracy), running.curve, running.trial
        value = float(curve.best[running.epoch - 1])
        trial.report(value, running.epoch)
        if running.epoch == epochs and not curve.diverges:
            self.study.tell(trial, value)
            self.outcome.trials += 1
            self.outcome.complete += 1
            if value > self.best:
                self.best = value
                self.outcome.found.append((now, running.truth))
                self.outcome.done.append(self.outcome.trials)
            return None
        if running.epoch == epochs or trial.should_prune():
            self.study.tell(trial, state=TrialState.PRUNED)
            self.outcome.trials += 1
            return None
        if running.epoch in self.rungs:
            rung = self.rungs.index(running.epoch)
            self.study.tell(trial, state=TrialState.PRUNED)
            self.paused[rung].append(running)
            self.arrived[rung].append(value)
            return None
        return running

    def _promote(self) -> Running | None:
        """The best paused trial of the highest rung where it is among the upper 1 / factor."""
        factor = self.config.pruner.reduction_factor
        for rung in reversed(range(len(self.rungs))):
            if not self.paused[rung]:
                continue
            best = max(self.paused[rung], key=_value)
            places = len(self.arrived[rung]) // factor
            if sum(value > _value(best) for value in self.arrived[rung]) < places:
                self.paused[rung].remove(best)
                self.study.enqueue_trial(best.trial.params)
                trial = self.study.ask()
                trial.set_constraint("shortfall", 0)
                sample(trial, self.config, seed=0)
                return Running(trial, best.curve, best.truth, best.epoch)
        return None


def _value(running: Running) -> float:
    return float(running.curve.best[running.epoch - 1])
