"""What the report's figures have in common: colours, words, an empty figure, bars with names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go
from optuna.trial import FrozenTrial

from hpo.outcome import accuracy_of, state_of

# Okabe and Ito's palette, which colour-blind people can tell apart.
BLUE, SKY, ORANGE = "#0072B2", "#56B4E9", "#E69F00"
GREEN, VERMILLION = "#009E73", "#D55E00"
INK, GREY, PALE = "#222222", "#767676", "#DDDDDD"
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
        figures: by the name of their files.
    """

    title: str
    text: str
    figures: dict[str, go.Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Bar:
    """A row of `bars`: its name, its length, what is written behind it, its error."""

    name: str
    length: float
    label: str
    colour: str = BLUE
    error: float = 0.0


def percent(value: float, error: float | None = None) -> str:
    """0.945, 0.011 -> "94.5 ± 1.1 %"."""
    return f"{100 * value:.1f}{'' if error is None else f' ± {100 * error:.1f}'} %"


def words(parameter: str) -> str:
    """A parameter's name as people say it."""
    spoken = parameter.replace(".", " ").replace("_", " ")
    return spoken.replace(" l2", " L2")


def listed(things: Sequence[str]) -> str:
    """As in a sentence: "a, b and c"."""
    return " and ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)


def counted(number: int, thing: str) -> str:
    """ "1 trial", "1,000 trials"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """In the two largest units."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def empty_figure(x: str, y: str, height: int) -> go.Figure:
    """A figure without traces.

    Args:
        x: title of the horizontal axis, with its unit.
        y: of the vertical axis.
        height: in pixels; it is as wide as its page.
    """
    axis = {"gridcolor": "#EBEBEB", "linecolor": GREY, "zeroline": False, "automargin": True}
    return go.Figure(
        layout=go.Layout(
            template=go.layout.Template(),
            height=height,
            font={"family": "system-ui, sans-serif", "size": 13, "color": INK},
            paper_bgcolor="white",
            plot_bgcolor="white",
            margin={"l": 10, "r": 16, "t": 16, "b": 10},
            xaxis={**axis, "title": {"text": x}, "ticks": "outside"},
            yaxis={**axis, "title": {"text": y}},
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            dragmode=False,  # else a finger on a phone zooms instead of scrolling
            hoverlabel={"bgcolor": "white", "font": {"color": INK}},
        )
    )


def bars(rows: Sequence[Bar], x: str, longest: float) -> go.Figure:
    """Horizontal bars, the first on top, each below its name, which so finds room on a phone.

    Args:
        x: title of the axis, with its unit.
        longest: where the axis ends.
    """
    figure = empty_figure(x, "", 80 + BAR_HEIGHT * len(rows))
    places = list(range(len(rows)))
    figure.add_bar(
        orientation="h",
        x=[row.length for row in rows],
        y=places,
        width=0.42,
        marker={"color": [row.colour for row in rows]},
        error_x={"array": [row.error for row in rows], "color": INK, "thickness": 1.5},
        hovertext=[f"{row.name}: {row.label}" for row in rows],
        hoverinfo="text",
    )
    for place, row in enumerate(rows):
        figure.add_annotation(
            text=f"{row.name}: <b>{row.label}</b>",
            xref="paper",
            x=0,
            xanchor="left",
            y=place - 0.42,
            yanchor="middle",
            showarrow=False,
        )
    figure.update_xaxes(range=[0, longest])
    figure.update_yaxes(range=[len(rows) - 0.6, -0.75], visible=False)
    return figure


def mark(figure: go.Figure, place: float, name: str) -> None:
    """A dotted line across the bars, with its name at its foot."""
    figure.add_vline(place, line={"color": INK, "dash": "dot", "width": 1.5})
    figure.add_annotation(
        text=name, x=place, xanchor="left", yref="paper", y=0, yanchor="bottom", showarrow=False
    )


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
    """At most so many trials, evenly over their order, the first among them."""
    return trials[:: -(-len(trials) // limit)]
