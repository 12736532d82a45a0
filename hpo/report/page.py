"""The report's page: HTML in which everything lies that it shows."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from string import Template

import plotly.graph_objects as go

from hpo.report.style import Section
from hpo.report.tested import Tested, tested
from hpo.runtime.literal_text import in_html
from hpo.runtime.palette import DARK, INK, PAPER
from hpo.runtime.wording import kind_of_runs, points
from hpo.study.results import StudyResults
from model.evaluation.quoted import REIMPLEMENTATIONS

BUTTONS = {
    "responsive": True,
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}
WIDE = "(min-width: 700px)"
"""The screens that show what is too wide for a phone, as page.html has it."""
PLOTLY = "plotly-cartesian.min.js"
"""The part of plotly.js that draws points, lines, bars and heatmaps; plotly brings all of it."""
FIGURE = '<div class="plotly-graph-div" id="{}"'
"""Where a figure, whose name is put in, begins on the page."""
Row = tuple[str, float, float | None, str]
"""What, its accuracy and standard error (0 to 1; None where quoted), and where they are from."""


def page(title: str, summary: str, sections: Sequence[Section], footer: str) -> str:
    """The whole page.

    Args:
        summary: HTML, from `paragraphs` and `tables`.
    """
    template = Template(_file("page.html"))
    settings = {"dark": DARK, "buttons": BUTTONS, "wide": WIDE}
    return template.substitute(
        title=in_html(title),
        plotly=_file(PLOTLY),
        script=_file("page.js"),
        settings=_json(settings),
        paper=PAPER,
        ink=INK,
        dark_paper=DARK[PAPER],
        dark_ink=DARK[INK],
        summary=summary,
        sections="\n".join(map(in_section, sections)),
        footer=in_html(footer),
    )


def paragraphs(*texts: str, kind: str = "") -> str:
    """A paragraph each; `kind` is their class in the page's style."""
    opening = f'<p class="{kind}">' if kind else "<p>"
    return "\n".join(f"{opening}{in_html(text)}</p>" for text in texts)


def tables(results: StudyResults) -> str:
    """The winner's accuracies by task, for they do not compare: a table each.

    Omniglot's official runs are not among them: `winner.comparison` shows these.
    """
    test, validation = results.test, results.validation
    on_omniglot = results.dataset == "omniglot"
    runs, every = ([_measured(found) for found in of_task] for of_task in tested(results))
    if on_omniglot:
        every += [
            (f"{which} public re-implementation", value / 100, None, "quoted")
            for which, value in zip(("lowest", "highest"), REIMPLEMENTATIONS, strict=True)
        ]
    winner, seeds = tested(results)[0][0].what, validation.runs
    chosen = Tested(
        winner if seeds == 1 else f"{winner}, mean of {seeds} seeds",
        validation.one_shot_accuracy,
        validation.standard_error,
        validation.standard_error_over,
    )
    sampled = results.winner.config.train.validation == "sampled"
    way = f"{results.way}-way"
    kind = kind_of_runs(results.dataset)
    found = {
        f"Test alphabets, {len(test.per_run)} {kind} runs, {way}": [] if on_omniglot else runs,
        f"Test alphabets, all drawers, {way}{' (harder)' if on_omniglot else ''}": every,
        f"Validation alphabets, {'random trials' if sampled else 'all drawers'}, {way}": [
            _measured(chosen)
        ],
    }
    return "\n".join(_accuracies(title, rows) for title, rows in found.items() if rows)


def _measured(found: Tested) -> Row:
    return found.what, found.accuracy, found.error, f"measured, error over {found.over}"


def _accuracies(title: str, rows: list[Row]) -> str:
    body = "\n".join(
        f"<tr{'' if error is None else ' class=own'}><td>{in_html(what)}</td>"
        f'<td class="number">{points(value)}</td>'
        f'<td class="number">{"" if error is None else f"± {points(error)}"}</td>'
        f"<td>{in_html(source)}</td></tr>"
        for what, value, error, source in sorted(rows, key=lambda row: -row[1])
    )
    return (
        f'<div class="scroll"><table class="accuracies"><caption>{in_html(title)}</caption>'
        '<tr><th></th><th class="number">%</th><th class="number">± error</th>'
        "<th>source</th></tr>"
        f"\n{body}\n</table></div>"
    )


def in_section(section: Section) -> str:
    """A section of the page: heading, text, figures."""
    many = ' class="many"' if len(section.figures) > 1 else ""
    figures = "\n".join(
        _figure(name, figure, section.wide) for name, figure in section.figures.items()
    )
    return (
        f"<section>\n<h2>{in_html(section.title)}</h2>\n{paragraphs(section.text)}\n"
        f"<div{many}>{figures}</div>\n</section>"
    )


def figures_on(written: str) -> set[str]:
    """Names of the figures on a page, from its HTML.

    Example:
        >>> sorted(figures_on('<div class="plotly-graph-div" id="history" style="">'))
        ['history']
    """
    return set(re.findall(FIGURE.format(r"([\w.-]+)"), written))


def _figure(name: str, figure: go.Figure, wide: bool) -> str:
    place = (
        f"{FIGURE.format(in_html(name))}"
        f' style="height: {figure.layout.height}px"></div>'
        f'<script type="application/json">{_json(json.loads(figure.to_json()))}</script>'
    )
    if not wide:
        return f"<figure>{place}</figure>"
    return (
        f'<figure class="wide">{place}</figure>'
        '<p class="narrow">The figure is left out: this screen is too narrow for it.</p>'
    )


def _json(content: object) -> str:
    """JSON for a script of the page, which no text in it can end."""
    return json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")


def _file(name: str) -> str:
    return files("hpo.report").joinpath(name).read_text(encoding="utf-8")
