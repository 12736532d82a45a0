"""The report's first paragraphs: for somebody who was not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from optuna.trial import FrozenTrial

from data.names import MOST_WAY
from hpo.report.clock import Clock, span
from hpo.report.style import counted, data_name, listed
from hpo.report.tested import Tested, tested
from hpo.runtime.wording import duration, kind_of_runs, percent, points
from hpo.study import constraints
from hpo.study.convergence import Convergence
from hpo.study.definition import StudyConfig
from hpo.study.objectives import COSTS
from hpo.study.parameter_words import kind
from hpo.study.results import StudyResults
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import counts, seconds
from hpo.trials.configuration import trial_config
from hpo.trials.outcome import accuracy_of, state_of
from hpo.trials.ranking import best_first
from hpo.trials.times import began
from model.evaluation.standard_error import difference_error

SAMPLERS = {
    "tpe": "a tree-structured Parzen estimator (TPE)",
    "gp": "a Gaussian process",
    "additive": "a linear model of every trial's first rung",
    "nsga2": "the genetic algorithm NSGA-II",
    "random": "random search",
}
PRUNERS = {
    "hyperband": "Hyperband ended poor trials early",
    "successive-halving": "successive halving ended poor trials early",
    "guarded-halving": "guarded successive halving ended poor trials early",
    "median": "trials below the median of the others were ended early",
    "none": "no trial was ended early",
}
Trials = Sequence[FrozenTrial]


def searched(
    config: StudyConfig,
    trials: Trials,
    converged: Convergence | None = None,
    way: int = MOST_WAY,
) -> str:
    """A paragraph on what was searched, how, for how long, with how many workers."""
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    kinds = list(dict.fromkeys(kind(name, config) for name in names))
    space = f"{counted(len(names), 'parameter')} ({listed(kinds)})" if names else "no parameters"
    started = [trial for trial in trials if began(trial) is not None]
    found = counts(started)
    states = {
        "trained to the end": found.complete,
        "pruned": found.pruned,
        "failed": found.failed,
        "infeasible": found.infeasible,
        "running": found.running,
        "waiting to go on": found.waiting,
    }
    ran = ", ".join(f"{number} {state}" for state, number in states.items() if number)
    lasted = "No trial has started yet."
    if started:
        clock = Clock([span(trial) for trial in started])
        lasted = (
            f"In {duration(clock.seconds)} ({duration(seconds(trials))} of training, at most"
            f" {counted(clock.peak, 'trial')} at the same time) there"
            f" {'was' if len(started) == 1 else 'were'} {counted(len(started), 'trial')}: {ran}."
        )
    return (
        f"Study {config.name} searched {space} of the siamese network and its training, on"
        f" {data_name(config.dataset)} at {config.size}x{config.size} pixels. Every trial is"
        f" judged by its {way}-way one-shot accuracy on the validation alphabets"
        f"{_second(config)}. Parameters were proposed by"
        f" {SAMPLERS[config.sampler.name]}; {PRUNERS[config.pruner.name]}."
        f"{_limits(config)} {lasted}"
        + (f" The search {converged.in_words()}." if converged else "")
    )


def _second(config: StudyConfig) -> str:
    """The second objective, at the end of a sentence on the first; empty if there is none."""
    if config.second_objective is None:
        return ""
    what = "its network has" if config.second_objective == "parameters" else "it takes"
    return f", and by how few {COSTS[config.second_objective]} {what}"


def _limits(config: StudyConfig) -> str:
    """A sentence on the study's constraints; empty if there are none."""
    limits = constraints.in_words(config.constraints)
    return f" A trial could take at most {listed(limits)}." if limits else ""


def found(trials: Trials, results: StudyResults | None) -> str:
    """A paragraph on what was found."""
    if results is None:
        ranked = [trial for trial in best_first(trials) if state_of(trial) == "complete"]
        if not ranked:
            return "No trial was trained to its end so far, so nothing is found yet."
        return (
            f"The best trial so far is number {ranked[0].number}, with"
            f" {percent(ranked[0].values[0])} on validation."
        )
    winner, validation = results.winner, results.validation
    (given, *given_mean), (every, *every_mean) = tested(results)
    on_omniglot = results.dataset == "omniglot"
    runs = kind_of_runs(results.dataset)
    return (
        f"Trial {winner.number} won. Retrained for up to"
        f" {winner.config.train.epochs} epochs (retraining and test took"
        f" {duration(results.seconds.finish)} in all) it reaches"
        f" {percent(validation.one_shot_accuracy, validation.standard_error)} on the"
        f" validation alphabets, and on the test alphabets, {results.way}-way,"
        f" {percent(given.accuracy, given.error)} in the {results.test.trials} {runs} trials"
        f"{_means(given_mean)}. Over every pair of the test"
        f" alphabets' drawers it has {percent(every.accuracy, every.error)}{_means(every_mean)}:"
        f" {'a harder' if on_omniglot else 'another'} task, not to be compared with the former."
        f"{_besides(results.besides)}"
    )


def _besides(besides: str | None) -> str:
    """A sentence on what the network was trained on besides the training split; or nothing."""
    if not besides:
        return ""
    return (
        f" It was trained on {besides}, beside the drawings of the training split: its figures do"
        " not compare with those of networks that were not."
    )


def how_sure(config: StudyConfig, trials: Trials, results: StudyResults | None) -> str:
    """A paragraph on how sure the figures are: standard errors, the winner's curse, seeds."""
    errors = [
        error
        for trial in trials
        if accuracy_of(trial) is not None
        and (error := TrialRecord.of(trial).standard_error) is not None
    ]
    over = (
        "the one-shot trials that were drawn for it."
        if config.train.get("validation") == "sampled"
        else "the validation alphabets; as all trials share these, differences are surer than that."
    )
    typical = (
        f" A trial's accuracy has a standard error of about {points(median(errors))} points over"
        f" {over}"
        if errors
        else ""
    )
    if results is None:
        return (
            "The best of many noisy trials looks better than it is, and nothing was retrained or"
            f" tested yet: its accuracy is flattering.{typical}"
        )
    best, finalists, validation = results.best, results.finalists, results.validation
    seeds = validation.runs
    sentences = [
        f"The search's best trial, number {best.number}, had {percent(best.value)}; as the"
        " best of many noisy figures it is flattering, so that"
        f" {counted(len(finalists), 'finalist')}"
        f" {'was' if len(finalists) == 1 else 'were'} trained again, with"
        f" {counted(seeds, 'fresh seed')}{'' if len(finalists) == 1 else ' each'}.{typical}"
    ]
    if len(finalists) > 1:
        first, second = sorted(
            (finalist.validation for finalist in finalists),
            key=lambda measured: -measured.one_shot_accuracy,
        )[:2]
        lead = first.one_shot_accuracy - second.one_shot_accuracy
        # Over seeds, each mean has its own; else both are measured on the same.
        error = first.standard_error
        if seeds > 1:
            error = difference_error(error, second.standard_error)
        sentences.append(
            f"The winner leads the second by {points(lead)} points on validation, at a standard"
            f" error of {points(error)}:"
            + (
                " which of them is better is not settled."
                if lead < 2 * error
                else " more than two of them."
            )
        )
    sentences.append(
        "The test alphabets were used once, when the winner stood; validation chose it, and so"
        " flatters it a little."
    )
    sentences.append(
        "Each accuracy is of one training: how much another seed changes is in none of the errors."
        if seeds == 1
        else f"The validation figure is the mean of {seeds} seeds, its standard error is over"
        f" {validation.standard_error_over}; the network that is kept is the best of these on"
        " validation."
    )
    if results.test_over_seeds:
        sentences.append(
            "The networks of all its seeds were tested: their mean tells more of the configuration"
            " than the one that is kept."
        )
    return " ".join(sentences)


def _means(over_seeds: Sequence[Tested]) -> str:
    return "".join(f", the {mean.what} {percent(mean.accuracy, mean.error)}" for mean in over_seeds)


def unfinished(
    config: StudyConfig, trials: Trials, results: Path, left_out: str | None = None
) -> str:
    """Why there is no winner, where there are no results.

    Args:
        config: the study's definition.
        trials: all of them.
        results: where they would be.
        left_out: why those there are not the study's.
    """
    done = counts(trials).done
    if left_out is not None:
        return f"{left_out}. What the retrained winner can do is not told here."
    return (
        f"Unfinished: {done:,} of {counted(config.trials, 'trial')} done, and {results.parent}"
        f" holds no {results.name}: what the retrained winner can do is left out."
    )


def spared_epochs(config: StudyConfig, trials: Trials) -> float:
    """The share of the epochs of all trials that ended, had none been pruned, that was saved."""
    done = planned = 0
    for trial in best_first(trials):
        epochs = len(trial.intermediate_values)
        done += epochs
        pruned = state_of(trial) == "pruned"
        planned += trial_config(config, trial).train.epochs if pruned else epochs
    return 1 - done / planned if planned else 0.0
