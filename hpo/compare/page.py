"""Studies side by side, as a page that opens offline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import cycle
from pathlib import Path

import plotly.graph_objects as go

from hpo.compare.curves import Point, best_after
from hpo.compare.differences import hyperparameters, not_comparable
from hpo.compare.rows import Row, equal_seconds, equal_trials, rows
from hpo.compare.studies import ComparedStudy
from hpo.report.page import page, paragraphs
from hpo.report.style import ACCURACY, Section, counted, empty_figure, listed
from hpo.runtime.files import write_text
from hpo.runtime.literal_text import in_figure, in_html
from hpo.runtime.palette import BLUE, GREEN, INK, ORANGE, SKY, VERMILLION
from hpo.runtime.wording import duration, percent
from hpo.storage.workspace import RUNS

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, SKY, INK)
DASHES = ("solid", "dash", "dot")
"""Kinds of lines: each is used with every colour before the next one is."""
IN_NAME = 3
"""How many studies the page's file is named after; of the others its name has the number."""


def write_page(studies: Sequence[ComparedStudy], output: Path | None = None) -> Path:
    """Writes the page, whole or not at all.

    Args:
        studies: studies that are compared.
        output: the file; None takes one in `runs/compare`, named after the studies.

    Returns:
        The file.

    Raises:
        InputError: it cannot be written there.
    """
    path = output or _usual(studies)
    names = [study.name for study in studies]
    ways = listed([f"{way}-way" for way in sorted({study.way for study in studies})])
    notices = not_comparable(studies)
    differing = [Row(key, row) for key, row in hyperparameters(studies).items()]
    summary = [
        paragraphs(*(f"{line}." for line in notices), kind="notice"),
        _table("The studies", names, rows(studies)),
        _table("Hyperparameters in which the networks that they found differ", names, differing)
        if differing
        else paragraphs("The networks that they found have the same hyperparameters."),
        paragraphs(
            f"Accuracies are {ways} one-shot. The best of a search flatters, the more so the more"
            " trials it has; validation and test figures are of networks that were retrained with"
            " fresh seeds. Different test figures are different tasks, not to be compared."
        ),
    ]
    text = page(
        f"Studies {listed(names)} compared",
        "\n".join(summary),
        [_by_trials(studies), _by_seconds(studies)],
        f"Written on {datetime.now():%Y-%m-%d %H:%M}.",
    )
    write_text(path, text)
    return path


def _usual(studies: Sequence[ComparedStudy]) -> Path:
    names = [study.name for study in studies]
    more = len(names) - IN_NAME
    rest = f"-and-{more}-more" if more > 0 else ""
    return RUNS / "compare" / f"{'-'.join(names[:IN_NAME])}{rest}.html"


def _by_trials(studies: Sequence[ComparedStudy]) -> Section:
    trials = equal_trials(studies)
    return Section(
        _finding(studies, f"After {counted(trials, 'trial')} each", trials=trials),
        "The best accuracy of a complete trial so far, against the number of trials that were"
        " trained to their end or pruned, in the order in which they ended.",
        {"best-by-trials": _figure(studies, "trials done", lambda point: point.trials)},
    )


def _by_seconds(studies: Sequence[ComparedStudy]) -> Section:
    spent = equal_seconds(studies)
    return Section(
        _finding(studies, f"After {duration(spent)} of training each", seconds=spent),
        "The same against seconds of training, all workers together, of the trials that had ended.",
        {
            "best-by-seconds": _figure(
                studies, "seconds of training", lambda point: round(point.seconds, 2)
            )
        },
    )


def _finding(
    studies: Sequence[ComparedStudy],
    when: str,
    trials: float = float("inf"),
    seconds: float = float("inf"),
) -> str:
    """The best of each study within numbers of trials and of seconds, in one sentence."""
    bests = [(study.name, best_after(study.curve, trials, seconds)) for study in studies]
    told = [f"{name} {'none' if best is None else percent(best)}" for name, best in bests]
    return f"{when}: {listed(told)}"


def _figure(
    studies: Sequence[ComparedStudy], axis: str, cost: Callable[[Point], float]
) -> go.Figure:
    """The best so far as a stair for each study, up to the last trial that ended."""
    figure = empty_figure(axis, f"best {ACCURACY} so far", 440)
    styles = cycle((colour, dash) for dash in DASHES for colour in COLOURS)
    for study, (colour, dash) in zip(studies, styles, strict=False):
        points = [point for point in study.curve if point.best is not None]
        rises = [
            point
            for place, point in enumerate(points)
            if not place or point.best != points[place - 1].best
        ]
        stair = [*rises, *points[-1:]]
        figure.add_scatter(
            x=[cost(point) for point in stair],
            y=[round(100 * (point.best or 0.0), 2) for point in stair],
            mode="lines+markers",
            line={"color": colour, "dash": dash, "shape": "hv", "width": 2},
            marker={"size": 5},
            name=in_figure(study.name),
            hovertemplate=f"{in_figure(study.name)}, %{{x}} {axis}: %{{y:.1f}} %<extra></extra>",
        )
    figure.update_xaxes(rangemode="tozero")
    return figure


def _table(title: str, names: Sequence[str], of: Sequence[Row]) -> str:
    head = "".join(f"<th>{in_html(name)}</th>" for name in names)
    body = "\n".join(
        f"<tr><td>{in_html(row.what)}</td>"
        + "".join(f"<td>{in_html(value)}</td>" for value in row.values)
        + "</tr>"
        for row in of
    )
    return (
        f'<div class="scroll"><table><caption>{in_html(title)}</caption>'
        f"<tr><th></th>{head}</tr>\n{body}\n</table></div>"
    )
