"""Notes in Markdown for the dashboard: on a study, and on each of its finished trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC
from pathlib import Path

import optuna

from data.characters import Characters
from hpo.console.shown_command import command_elsewhere
from hpo.database.note_store import NO_NOTE, Note, read_note, replace_note
from hpo.runtime.interrupts import pause
from hpo.runtime.literal_text import code_in_markdown, in_markdown, visible
from hpo.runtime.wording import expected_end, kind_of_runs, points
from hpo.storage.convergence import convergence, with_trials_to_be_done
from hpo.storage.studies import FINGERPRINT, STORAGE, way_of
from hpo.storage.workspace import RUNS, Workspace, default_url
from hpo.study import constraints
from hpo.study.definition import METRIC, StudyConfig
from hpo.study.learning_rates import are_factors
from hpo.study.objectives import COSTS, Front
from hpo.study.parameter import Parameter
from hpo.study.results import StudyResults
from hpo.study.space import parameters
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import counts
from hpo.trials.configuration import foreign_trials, passed_over
from hpo.trials.forecast import Forecast, forecast
from hpo.trials.outcome import OTHERS_DID_BETTER, in_words
from hpo.trials.ranking import best_trials, front
from model.config import RunConfig
from model.training.epoch_report import EpochReport

SETTLED = 0.3
"""Seconds in which a note must stay as it is, where somebody wrote it just now."""
LOOKS = 10
"""How often a note is looked at before it is left to the next writing."""
OWN = "\n\n---\n\n*Notes of your own, which are kept, go below this line.*\n"


def save_trial_note(
    trial: optuna.Trial,
    config: RunConfig,
    history: Sequence[EpochReport],
    pictures: Mapping[str, str],
    stopped: bool,
    characters: Characters,
) -> None:
    """Keeps with a trial whose training is over what `trial_note` says.

    What someone wrote while it ran stays, below a line.
    """
    reason = (TrialRecord.of(trial).reason or OTHERS_DID_BETTER) if stopped else None
    note = trial_note(trial.number, config, history, pictures, reason, characters)
    _save(trial, note, NO_NOTE)


def trial_note(
    number: int,
    config: RunConfig,
    history: Sequence[EpochReport],
    pictures: Mapping[str, str],
    stopped: str | None,
    characters: Characters,
) -> str:
    """The note of a trial that ended, in Markdown.

    Args:
        number: the trial's.
        config: what was trained.
        history: its epochs.
        pictures: of the trial, by name; each is where the dashboard serves it.
        stopped: why it was stopped early; None where it was not.
        characters: that it was validated on.
    """
    last = history[-1]
    best = history[last.best_epoch]
    over = config.train.error_over(len(characters.alphabets))
    accuracy = f"**{_in_percent(last.best_accuracy)} ± {_in_percent(last.best_standard_error)}**"
    lines = [
        f"{accuracy} {characters.way}-way {METRIC} (standard error over {over})",
        f"Reached after epoch {best.epoch + 1}; trained for {len(history)} of"
        f" {config.train.epochs} epochs, {sum(report.seconds for report in history):.0f} s.",
    ]
    if best.verification is not None:
        lines.append(f"Verification accuracy after that epoch: {_in_percent(best.verification)}.")
    if stopped is not None:
        lines.append(f"Pruned: {in_markdown(stopped)}.")
    file = f"trial-{number}.toml"
    lines.append(
        f"Its configuration is the artifact `{file}`: save it, and"
        f" `python run_study.py retrain {file} --output DIR` trains it again."
    )
    lines += [f"![{name}]({path})" for name, path in pictures.items()]
    return "\n\n".join(lines) + "\n"


def save_study_note(
    study: optuna.Study,
    config: StudyConfig,
    results: StudyResults | None = None,
    left: Forecast | None = None,
) -> None:
    """Keeps with a study what `study_note` says; what someone wrote below it stays."""
    before = read_note(study)
    _save(study, study_note(study, config, results, left), before)


def study_note(
    study: optuna.Study,
    config: StudyConfig,
    results: StudyResults | None = None,
    left: Forecast | None = None,
) -> str:
    """The note of a study, in Markdown: how far it has come, how to join it, and what it is.

    Args:
        study: whose trials and attributes are told.
        config: its definition.
        results: what it found, once it is finished.
        left: what is left of it; None works it out from the trials.
    """
    trials, attributes = study.get_trials(deepcopy=False), study.user_attrs
    found = counts(trials)
    best = next(iter(best_trials(study, config, 1)), None)
    foreign = [trial.number for trial in foreign_trials(trials, config)]
    states = ", ".join(f"{number} {state}" for state, number in asdict(found).items() if number)
    lines = [
        f"# {in_markdown(config.name)}",
        in_markdown(config.description),
        f"**Best so far: trial {best.number}, {in_markdown(in_words(best))}**,"
        f" {way_of(study)}-way {METRIC}."
        if best
        else "No trial is complete yet.",
        f"{found.done} of {config.trials} trials are done{f' ({states})' if states else ''}.",
    ]
    if (converged := convergence(study, config)) is not None:
        lines.append(f"The search has {converged.in_words()}.")
    if (found_front := front(study, config)) is not None and found_front.trials:
        lines += _front(found_front)
    if foreign:
        lines.append(f"{passed_over(foreign).capitalize()}.")
    left = left or forecast(trials, with_trials_to_be_done(study, trials, config))
    if results is not None:
        lines.append(_winner(results))
    elif left is not None:
        end = expected_end(left.left, UTC)
        lines.append(f"{left.in_words().capitalize()}; the end is expected {end}.")
    url, fingerprint = attributes.get(STORAGE, "URL"), attributes.get(FINGERPRINT, "unknown")
    workspace = Workspace.of(config.name, storage=_without_path(url, config.name))
    join, status, export = (
        visible(command_elsewhere(command, workspace)) for command in ("join", "status", "export")
    )
    file = url.startswith("sqlite")
    reach = "on this machine" if file else "from any machine"
    lines += [
        "## Join, look, take",
        f"    # more workers, {reach}\n"
        f"    {join}\n"
        "    # how far it has come\n"
        f"    {status}\n"
        "    # the best trial's configuration\n"
        f"    {export} --output {workspace.config.name}"
        + ("" if workspace.usual or not file else "\n    # DIR: the folder of this study"),
        "## Definition",
        f"Data set {in_markdown(config.dataset)}, fingerprint {code_in_markdown(fingerprint)}.",
        _in_words(config),
        _table(
            ["searched", "from", "to", ""],
            [_searched(parameter) for parameter in parameters(config)],
        ),
    ]
    return "\n\n".join(filter(None, lines)) + "\n"


def _save(of: optuna.Study | optuna.Trial, note: str, before: Note) -> None:
    """Puts a note above what someone wrote, unless someone keeps writing: the next one does then.

    Args:
        note: what is to stand there.
        before: the note some time ago. It is written only where it stayed the same: the dashboard
            writes in several steps.
    """
    for _ in range(LOOKS):
        if replace_note(of, before, note + OWN + _own(before.text)):
            return
        before = read_note(of)
        pause(SETTLED)


def _own(note: str) -> str:
    """What someone wrote: all below the line, or all, where somebody removed the line."""
    _, line, below = note.partition(OWN.strip())
    return below.removeprefix("\n") if line else note


def _front(front: Front) -> list[str]:
    """The Pareto front, of which the page has a plot under the same name."""
    return [
        f"**Pareto front**: {front.in_words()}.",
        _table(front.headings, front.rows),
    ]


def _searched(parameter: Parameter) -> tuple[str, ...]:
    prior = "" if parameter.prior is None else f"prior {parameter.prior}"
    if parameter.range is None:
        return parameter.name, "one of", ", ".join(map(str, parameter.values)), prior
    scale = "log" if parameter.range.log else ""
    low, high = (f"{value}" for value in parameter.values)
    return parameter.name, low, high, ", ".join(filter(None, [scale, prior]))


def _without_path(url: str, name: str) -> str:
    """A storage's URL without a machine's path: that of a file as from its study's folder."""
    if not url.startswith("sqlite"):
        return url
    usual = default_url(RUNS / name)
    within = Path(usual.partition(":///")[2]).parts
    if Path(url.partition(":///")[2]).parts[-len(within) :] == within:
        return usual
    return f"sqlite:///DIR/{Path(url).name}"


def _in_words(config: StudyConfig) -> str:
    sampler, pruner, finish = config.sampler, config.pruner, config.finish
    limit = "" if config.timeout is None else f", at most {config.timeout:.0f} s of training"
    if (stop := config.stop) is not None:
        limit += (
            f", until the next {stop.trials} are expected to gain less than"
            f" {100 * stop.gain:.2f} points"
        )
    pruned = "" if pruner.name == "none" else f", from epoch {pruner.min_epochs} on"
    factors = (
        " A layer's learning_rate is a factor of the network's." if are_factors(config) else ""
    )
    limits = constraints.in_words(config.constraints)
    each = f" Each trial takes at most {', '.join(limits)}." if limits else ""
    cost = config.second_objective
    second = "" if cost is None else f" Second objective: as few {COSTS[cost]} as possible."
    start = f", {sampler.start}" if sampler.learns else ""
    return (
        f"{config.trials} trials{limit}, seed {config.seed}. Sampler {sampler.name}"
        f"{start}. Pruner {pruner.name}{pruned}. Finalists,"
        f" retrained with fresh seeds: {finish.finalists}; seeds for each: {finish.seeds}."
        f"{second}{each}{factors}"
    )


def _winner(results: StudyResults) -> str:
    test = results.test
    return (
        f"**Winner of the retrained: trial {results.winner.number}**, on the test alphabets"
        f" {_in_percent(test.one_shot_accuracy)} ± {_in_percent(test.standard_error)} in the"
        f" {kind_of_runs(results.dataset)} runs, {_in_percent(test.every_drawer_pair_accuracy)} ±"
        f" {_in_percent(test.every_drawer_pair_standard_error)} over every drawer pair."
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = f"|{' --- |' * len(headings)}"
    above, *below = (f"| {' | '.join(map(in_markdown, row))} |" for row in (headings, *rows))
    return "\n".join([above, rule, *below])


def _in_percent(value: float) -> str:
    return f"{points(value)}%"
