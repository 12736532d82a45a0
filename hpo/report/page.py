"""The report's page: HTML in which everything lies that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from string import Template

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from hpo.report.style import Section
from hpo.report.tested import Tested, tested
from hpo.runtime.literal_text import in_html
from hpo.runtime.wording import kind_of_runs, points
from hpo.study.results import StudyResults
from model.evaluation.published import ONE_SHOT, REIMPLEMENTATIONS

BUTTONS = {
    "responsive": True,
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}
QUOTED = "quoted, paper"
Row = tuple[str, float, float | None, str]
"""What, its accuracy and standard error (0 to 1; None where quoted), and where they are from."""


def page(title: str, summary: str, sections: Sequence[Section], footer: str) -> str:
    """The whole page.

    Args:
        summary: HTML, from `paragraphs` and `tables`.
    """
    template = Template(files("hpo.report").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=in_html(title),
        plotly=get_plotlyjs(),
        summary=summary,
        sections="\n".join(_section(section) for section in sections),
        footer=in_html(footer),
    )


def paragraphs(*texts: str, kind: str = "") -> str:
    """A paragraph each; `kind` is their class in the page's style."""
    opening = f'<p class="{kind}">' if kind else "<p>"
    return "\n".join(f"{opening}{in_html(text)}</p>" for text in texts)


def tables(results: StudyResults) -> str:
    """The winner's accuracies beside others': a table for each task, for they do not compare."""
    test, validation = results.test, results.validation
    on_omniglot = results.dataset == "omniglot"
    official, every = ([_measured(found) for found in of_task] for of_task in tested(results))
    if on_omniglot:
        official += [(name, value / 100, None, QUOTED) for name, value in ONE_SHOT.items()]
        every += [
            (f"{which} public re-implementation", value / 100, None, "quoted")
            for which, value in zip(("lowest", "highest"), REIMPLEMENTATIONS, strict=True)
        ]
    seeds = validation.runs
    chosen = Tested(
        "this study's winner" if seeds == 1 else f"this study's winner, mean of {seeds} seeds",
        validation.one_shot_accuracy,
        validation.standard_error,
        validation.standard_error_over,
    )
    runs = kind_of_runs(results.dataset)
    sampled = results.winner.config.train.validation == "sampled"
    trials, way = "random trials" if sampled else "all drawers", f"{results.way}-way"
    return "\n".join(
        [
            _table(f"Test alphabets, {len(test.per_run)} {runs} runs, {way}", official),
            _table(
                f"Test alphabets, all drawers, {way}{' (harder)' if on_omniglot else ''}",
                every,
            ),
            _table(f"Validation alphabets, {trials}, {way}", [_measured(chosen)]),
        ]
    )


def _measured(found: Tested) -> Row:
    return found.what, found.accuracy, found.error, f"measured, error over {found.over}"


def _table(title: str, rows: list[Row]) -> str:
    body = "\n".join(
        f"<tr{'' if error is None else ' class=own'}><td>{in_html(what)}</td>"
        f'<td class="number">{points(value)}</td>'
        f'<td class="number">{"" if error is None else f"± {points(error)}"}</td>'
        f"<td>{in_html(source)}</td></tr>"
        for what, value, error, source in sorted(rows, key=lambda row: -row[1])
    )
    return (
        f'<div class="scroll"><table><caption>{in_html(title)}</caption>'
        '<tr><th></th><th class="number">%</th><th class="number">± error</th>'
        "<th>source</th></tr>"
        f"\n{body}\n</table></div>"
    )


def _section(section: Section) -> str:
    many = ' class="many"' if len(section.figures) > 1 else ""
    figures = "\n".join(_figure(name, figure) for name, figure in section.figures.items())
    return (
        f"<section>\n<h2>{in_html(section.title)}</h2>\n{paragraphs(section.text)}\n"
        f"<div{many}>{figures}</div>\n</section>"
    )


def _figure(name: str, figure: go.Figure) -> str:
    drawn = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        config=BUTTONS,
        div_id=in_html(name),
        default_height=f"{figure.layout.height}px",
    )
    return f"<figure>{drawn}</figure>"
