"""What the report's figures have in common: colours, words, an empty figure, bars with names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go
from optuna.trial import FrozenTrial

from hpo.runtime.literal_text import in_figure
from hpo.runtime.palette import BLUE, FAINT, GREEN, GREY, INK, ORANGE, PAPER, VERMILLION
from hpo.trials.outcome import accuracy_of, state_of

# Okabe and Ito's palette, which colour-blind people can tell apart.
COLOURS = {
    "complete": BLUE,
    "pruned": ORANGE,
    "running": GREEN,
    "failed": VERMILLION,
    "infeasible": GREY,
}
SYMBOLS = {"complete": "circle", "pruned": "x", "running": "diamond"}
ACCURACY = "validation accuracy (%)"
BAR_HEIGHT = 40


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes:
        title: says the finding.
        text: what the figures show, or why there are none.
        figures: figures by the name of their files, of letters, digits, ".", "_" and "-" alone.
        wide: whether they are too wide for a phone, where they are left out.
    """

    title: str
    text: str
    figures: dict[str, go.Figure] = field(default_factory=dict)
    wide: bool = False


@dataclass(frozen=True)
class Bar:
    """A row of `bars`: its name, its length, how that is written, its error; and what it is of."""

    name: str
    length: float
    label: str
    group: str = ""
    error: float | None = None


def data_name(dataset: str) -> str:
    """A data set's name in a sentence."""
    return dataset.capitalize() if dataset == "omniglot" else dataset


def listed(things: Sequence[str]) -> str:
    """Names listed as in a sentence: "a, b and c"."""
    return " and ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)


def short(value: float) -> str:
    """A parameter's value: 64, 0.05, 1e-5."""
    if isinstance(value, int):
        return str(value)
    written = f"{value:.3g}" if abs(value) >= 1e-3 or not value else f"{value:.2e}"
    digits, _, power = written.partition("e")
    return f"{float(digits):g}e{int(power)}" if power else written


def counted(number: int, thing: str) -> str:
    """ "1 trial", "1,000 trials"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def empty_figure(x: str, y: str, height: int) -> go.Figure:
    """A figure without traces.

    Args:
        x: title of the horizontal axis, with its unit.
        y: title of the vertical axis.
        height: its height, in pixels; it is as wide as its page.
    """
    axis = {"gridcolor": FAINT, "linecolor": GREY, "zeroline": False, "automargin": True}
    return go.Figure(
        layout=go.Layout(
            template=go.layout.Template(),
            height=height,
            font={"family": "system-ui, sans-serif", "size": 13, "color": INK},
            paper_bgcolor=PAPER,
            plot_bgcolor=PAPER,
            margin={"l": 10, "r": 24, "t": 16, "b": 10},
            xaxis={**axis, "title": {"text": x, "font": {"size": 13}}, "ticks": "outside"},
            yaxis={**axis, "title": {"text": y, "font": {"size": 13}}},
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            dragmode=False,  # else a finger on a phone zooms instead of scrolling
            hoverlabel={"bgcolor": PAPER, "font": {"color": INK}},
        )
    )


def whole_step(longest: int) -> int:
    """The whole number from tick to tick of an axis that counts up to `longest`.

    Example:
        >>> [whole_step(longest) for longest in (1, 9, 15, 64, 1000)]
        [1, 1, 2, 10, 200]
    """
    if longest < 10:
        return 1
    power = int(10 ** (len(str(longest)) - 2))
    return next(f * power for f in (1, 2, 5, 10, 20) if 8 * f * power >= longest)


def bars(rows: Sequence[Bar], x: str, longest: float, colours: dict[str, str]) -> go.Figure:
    """Horizontal bars, the first on top, each below its name, which so finds room on a phone.

    Args:
        x: title of the axis, with its unit.
        longest: where the axis ends.
        colours: colours of the groups; where there are several, a legend names them.
    """
    groups = sorted({row.group for row in rows}, reverse=True)
    figure = empty_figure(x, "", 80 + 24 * (len(groups) > 1) + BAR_HEIGHT * len(rows))
    for group in groups:
        own = [(place, row) for place, row in enumerate(rows) if row.group == group]
        figure.add_bar(
            orientation="h",
            x=[row.length for _, row in own],
            y=[place for place, _ in own],
            width=0.42,
            name=group,
            marker={"color": colours[group]},
            error_x=_errors([row.error for _, row in own]),
            hovertext=[in_figure(f"{row.name}: {row.label}") for _, row in own],
            hoverinfo="text",
        )
    for place, row in enumerate(rows):
        figure.add_annotation(
            text=f"{in_figure(row.name)}: <b>{in_figure(row.label)}</b>",
            xref="paper",
            x=0,
            xanchor="left",
            y=place - 0.42,
            yanchor="middle",
            showarrow=False,
            bgcolor=PAPER,
            opacity=0.9,
            borderpad=0,
        )
    figure.update_layout(showlegend=len(groups) > 1, barmode="overlay")
    figure.update_xaxes(range=[0, longest])
    figure.update_yaxes(range=[len(rows) - 0.6, -0.75], visible=False)
    return figure


def _errors(of_bars: list[float | None]) -> dict[str, object] | None:
    # Where there are none, plotly would draw errors of zero.
    known = any(error is not None for error in of_bars)
    return {"array": of_bars, "color": INK, "thickness": 1.5} if known else None


def add_trials(figure: go.Figure, trials: Sequence[FrozenTrial], x: Sequence[object]) -> None:
    """Adds a marker a trial, by state; `x` are their places."""
    size = 9 if len(trials) <= 100 else 6 if len(trials) <= 1000 else 4
    for state, symbol in SYMBOLS.items():
        having = [
            (place, trial)
            for place, trial in zip(x, trials, strict=True)
            if state_of(trial) == state and accuracy_of(trial) is not None
        ]
        if having:
            figure.add_scatter(
                x=[place for place, _ in having],
                y=[in_percent(trial) for _, trial in having],
                customdata=[trial.number for _, trial in having],
                mode="markers",
                marker={"symbol": symbol, "color": COLOURS[state], "size": size, "opacity": 0.85},
                name=f"{state} ({len(having):,})",
                hovertemplate=f"trial %{{customdata}}, {state}<br>%{{y:.1f}} %<extra></extra>",
            )


def in_percent(trial: FrozenTrial) -> float:
    """A trial's accuracy, to two digits; 0 without."""
    return round(100 * (accuracy_of(trial) or 0.0), 2)


def spread(trials: list[FrozenTrial], limit: int) -> list[FrozenTrial]:
    """At most `limit` trials, evenly over their order, the first among them."""
    return trials[:: -(-len(trials) // limit)]


def undrawn(shown: Sequence[FrozenTrial], trials: Sequence[FrozenTrial]) -> str:
    """A sentence on how many trials `spread` kept; empty where it kept all."""
    few = len(shown) < len(trials)
    return f" {len(shown):,} of {len(trials):,} trials are drawn." if few else ""
