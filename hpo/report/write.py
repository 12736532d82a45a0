"""What a study found, as one page that opens offline, and its figures as PNG files beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import optuna
from optuna.trial import FrozenTrial

from data.errors import InputError
from hpo.report.front import front_section, front_table
from hpo.report.opening import hyperparameters, number_first, what_next
from hpo.report.page import figures_on, in_section, page, paragraphs, tables
from hpo.report.parameters import importance_bars, parallel, slices
from hpo.report.png import draw_pictures, remove_earlier
from hpo.report.rungs import promotion
from hpo.report.search import history, learning_curves, timeline
from hpo.report.style import Section, data_name
from hpo.report.text import found, how_sure, searched, spared_epochs, unfinished
from hpo.report.winner import alphabets, comparison, filters
from hpo.runtime.files import copy_file, write_text
from hpo.runtime.literal_text import say
from hpo.storage.convergence import convergence
from hpo.storage.stored_results import results_in_folder
from hpo.storage.studies import way_of
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.results import StudyResults
from hpo.trials.configuration import foreign_trials, own_trials, passed_over
from hpo.trials.importance import importances
from hpo.trials.ranking import front
from model.network.weights import load_network

SLICES = 6


def write_report(
    study: optuna.Study, config: StudyConfig, workspace: Workspace
) -> tuple[Path, str | None]:
    """Writes the page and its PNG files into the study's folder.

    Args:
        workspace: has results and weights, where the study is finished.

    Returns:
        The page, and why there are no PNG files; None when there are.

    Raises:
        InputError: the study has no trials; the folder holds another study's results, or
            damaged ones.
    """
    every_trial = study.get_trials(deepcopy=False)
    if not every_trial:
        raise InputError(f"study {config.name}: has no trials yet, nothing to report")
    trials = own_trials(every_trial, config)
    foreign = [trial.number for trial in foreign_trials(every_trial, config)]
    results, left_out = results_in_folder(study, config, workspace)
    opening = [number_first(trials, results, way_of(study))]
    sections = _of_search(trials, config, way_of(study))
    first: list[Section] = []
    if results is None:
        notice = unfinished(config, every_trial, workspace.results, left_out)
        opening.insert(0, paragraphs(notice, kind="notice"))
    else:
        first = [comparison(results)]
        sections += _of_winner(results, workspace)
        opening += [hyperparameters(results), what_next(workspace)]
        opening += [in_section(section) for section in first] + [tables(results)]
    if (found_front := front(study, config)) is not None and found_front.trials:
        first.append(front_section(trials, found_front))
        opening += [in_section(first[-1]), front_table(found_front, workspace)]
    opening.append(
        paragraphs(
            searched(config, trials, convergence(study, config), way_of(study)),
            found(trials, results),
            how_sure(config, trials, results),
        )
    )
    if foreign:
        opening.append(paragraphs(f"{passed_over(foreign).capitalize()}."))
    if left_out is not None:
        say(left_out)
    title = f"Study {config.name} on {data_name(config.dataset)}"
    path = workspace.report
    figures = {
        name: (section.title, figure)
        for section in (*first, *sections)
        for name, figure in section.figures.items()
    }
    with TemporaryDirectory() as folder:
        # Drawing takes a while: interrupted, it leaves an earlier report as it was.
        no_pictures = draw_pictures(figures, Path(folder))
        drawn = {} if no_pictures else {p.stem: p for p in Path(folder).glob("*.png")}
        # While the page still names them: a later report knows none that this one leaves.
        remove_earlier(_figures_in(path) - drawn.keys(), path.parent)
        write_text(path, page(title, "\n".join(opening), sections, _made(datetime.now(), results)))
        for name, picture in drawn.items():
            copy_file(picture, path.with_name(f"{name}.png"))
    return path, no_pictures


def _figures_in(earlier: Path) -> set[str]:
    """Names of the figures on an earlier page; none where there is none that can be read."""
    try:
        return figures_on(earlier.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return set()


def _of_search(trials: Sequence[FrozenTrial], config: StudyConfig, way: int) -> list[Section]:
    mattered = importances(trials)
    names = list(
        mattered.shares if mattered else dict.fromkeys(n for t in trials for n in t.params)
    )
    return [
        history(trials, way),
        learning_curves(trials, spared_epochs(config, trials)),
        *filter(None, [promotion(trials, config)]),
        parallel(trials, config),
        importance_bars(mattered, config),
        slices(trials, config, names[:SLICES], mattered is not None),
        timeline(trials),
    ]


def _of_winner(results: StudyResults, workspace: Workspace) -> list[Section]:
    sections = [alphabets(results)]
    weights = workspace.weights
    if not weights.is_file():
        text = f"{workspace.folder} holds no {weights.name}: the learned filters are left out."
        return [*sections, Section("The winner's weights are not there", text)]
    network, _ = load_network(weights)
    first = dict(network.named_parameters())["convolutions.0.0.weight"]
    return [*sections, filters(first.detach()[:, 0].numpy())]


def _made(now: datetime, results: StudyResults | None) -> str:
    """The page's last line."""
    made = f"Written on {now:%Y-%m-%d %H:%M}."
    if results is None:
        return made
    versions = ", ".join(f"{what} {which}" for what, which in results.versions.items())
    return f"{made} Trained on {results.device}; {versions}."
