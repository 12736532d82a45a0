"""The page's beginning: the number, the winner's hyperparameters, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from optuna.trial import FrozenTrial

from data.names import without_part
from hpo.console.hyperparameters import LAYER_HEADINGS, layer_rows, whole_network
from hpo.console.next_commands import next_commands
from hpo.report.tested import tested
from hpo.runtime.literal_text import in_html
from hpo.runtime.wording import kind_of_runs, percent
from hpo.storage.workspace import Workspace
from hpo.study.results import StudyResults
from hpo.trials.outcome import state_of
from hpo.trials.ranking import best_first
from model.config import RunConfig


def number_first(trials: Sequence[FrozenTrial], results: StudyResults | None, way: int) -> str:
    """The figure that the study was made for, in large letters; without results, the best so far.

    Args:
        trials: the study's trials.
        results: what it found, once it is finished.
        way: number of characters that one is chosen from.
    """
    if results is None:
        ranked = [trial for trial in best_first(trials) if state_of(trial) == "complete"]
        if not ranked:
            return ""
        best = ranked[0]
        return _number(
            percent(best.values[0]),
            f"{way}-way one-shot accuracy on the validation alphabets: the best trial so far,"
            f" number {best.number}. Nothing is tested yet.",
        )
    (own, *_), (every, *_) = tested(results)
    split = any(without_part(alphabet) != alphabet for alphabet in results.test.per_alphabet)
    harder = " (harder)" if results.dataset == "omniglot" else ""
    return _number(
        percent(own.accuracy, own.error),
        f"{way}-way one-shot accuracy of the winner in the {results.test.trials}"
        f" {kind_of_runs(results.dataset)} trials, on {'characters' if split else 'alphabets'} that"
        " no training has seen;"
        f" {percent(every.accuracy, every.error)} over every pair of their drawers{harder}.",
    )


def hyperparameters(results: StudyResults) -> str:
    """The winner's configuration as tables: of the whole network, and layer by layer."""
    config: RunConfig = results.winner.config
    heads = "".join(
        f"<th{_kind(place)}>{in_html(heading)}</th>" for place, heading in enumerate(LAYER_HEADINGS)
    )
    layers = "\n".join(
        "<tr>"
        + "".join(f"<td{_kind(place)}>{in_html(cell)}</td>" for place, cell in enumerate(row))
        + "</tr>"
        for row in layer_rows(config)
    )
    whole = "\n".join(
        f"<tr><th>{in_html(key)}</th><td>{in_html(str(value))}</td></tr>"
        for key, value in whole_network(config).items()
    )
    return (
        f"<section>\n<h2>The winner's hyperparameters: trial {results.winner.number}</h2>\n"
        f'<div class="beside"><div class="scroll"><table id="layers"><tr>{heads}</tr>\n{layers}'
        f'\n</table></div><table id="network">{whole}</table></div>\n</section>'
    )


def what_next(workspace: Workspace) -> str:
    """Commands that go on from here, to be copied."""
    rows = "\n".join(
        f"<dt>{in_html(wish.capitalize())}</dt><dd><code>{in_html(command)}</code></dd>"
        for wish, command in next_commands(workspace, here=False).items()
    )
    return f"<section>\n<h2>What next, from the project's folder</h2>\n<dl>{rows}</dl>\n</section>"


def _number(value: str, what: str) -> str:
    return f'<p class="number-first"><strong>{in_html(value)}</strong> {in_html(what)}</p>'


def _kind(place: int) -> str:
    return ' class="number"' if place else ""
