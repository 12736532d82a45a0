"""The report's figures of what was searched: pure functions from trials."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import chain, count
from math import ceil, floor, log, log10

import plotly.graph_objects as go
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial

from hpo.report.style import (
    Bar,
    Section,
    add_trials,
    bars,
    counted,
    empty_figure,
    in_percent,
    listed,
    short,
    spread,
    undrawn,
)
from hpo.runtime.literal_text import in_figure
from hpo.runtime.palette import BLUE, GREY, INK, PALE, SKY, VERMILLION
from hpo.study.definition import StudyConfig
from hpo.study.parameter_words import words
from hpo.trials.importance import FEWEST, SHUFFLES, Importances
from hpo.trials.outcome import accuracy_of, state_of
from hpo.trials.ranking import best_first

Trials = Sequence[FrozenTrial]
ROW_HEIGHT = 36
SHOWN_IMPORTANCES = 12
SHOWN_LINES = 300
MOST_TICKS = 7
"""Most values of a parameter that are ticks of its axis each."""
LONGEST_NAME = 80
"""Characters of a figure's name: a parameter's may be longer than a file's can be."""


def parallel(trials: Trials, config: StudyConfig) -> Section:
    """Every trial as a line through all its parameters' values.

    The axes lie on top of each other, not side by side, so that 25 names are read on a phone too.
    """
    ranked = best_first(trials)
    distributions = {name: d for trial in trials for name, d in trial.distributions.items()}
    if not ranked or not distributions:
        return Section(
            "No trial with parameters has ended yet", "Parallel coordinates are left out."
        )
    accuracies = [in_percent(trial) for trial in ranked]
    names = ["accuracy", *distributions]
    figure = empty_figure("", "", 70 + ROW_HEIGHT * len(names))
    shown = spread(ranked, SHOWN_LINES)
    tenth, half = (-(-len(ranked) // parts) for parts in (10, 2))
    places = {trial.number: place for place, trial in enumerate(ranked)}
    groups = (
        ("worse half", half, len(ranked), PALE, 1.0),
        ("better half", tenth, half, SKY, 1.2),
        (f"best {tenth}" if tenth > 1 else "best", 0, tenth, VERMILLION, 2.5),
    )
    for group, first, last, colour, width in groups:
        x: list[float | None] = []
        y: list[int | None] = []
        for trial in (t for t in shown if first <= places[t.number] < last):
            accuracy = _share(in_percent(trial), min(accuracies), max(accuracies))
            places_on_axes = [
                _place(distributions[name], trial.params[name]) if name in trial.params else None
                for name in distributions
            ]
            x += [accuracy, *places_on_axes, None]
            y += [*range(len(names)), None]
        if x:
            figure.add_scatter(
                x=x,
                y=y,
                mode="lines",
                line={"color": colour, "width": width},
                name=group,
                hoverinfo="skip",
            )
    ends = [
        (f"{min(accuracies):.1f} %", f"{max(accuracies):.1f} %"),
        *(_ends(distribution) for distribution in distributions.values()),
    ]
    figure.update_xaxes(visible=False, range=[-0.01, 1.01])
    figure.update_yaxes(
        range=[len(names) - 0.7, -0.7],
        tickvals=list(range(len(names))),
        ticktext=[
            f"{in_figure(words(name, config))} <br>"
            f'<span style="font-size:10px">{in_figure(f"{low} to {high}")} </span>'
            for name, (low, high) in zip(names, ends, strict=True)
        ],
        gridcolor=GREY,
    )
    return Section(
        f"{counted(len(distributions), 'parameter')} at once: where the best trials lie",
        "Each line is a trial; it crosses each axis at the trial's value, between the least"
        " (left) and the largest that could be chosen. Complete trials count as better than"
        f" pruned ones, these as better the longer they were let go on.{undrawn(shown, ranked)}",
        {"parallel-coordinates": figure},
        wide=True,
    )


def importance_bars(found: Importances | None, config: StudyConfig) -> Section:
    """Bars of the parameters' importances: what set the best trials apart."""
    if found is None:
        return Section(
            "Which parameters matter cannot be said yet",
            f"Importances need parameters, and {FEWEST} trials that ended; they are left out.",
        )
    clear, shares = found.clear, found.shares
    shown = dict(list(shares.items())[:SHOWN_IMPORTANCES])
    above, below = "above chance", "no more than chance"
    rows = [
        Bar(
            words(name, config),
            100 * share,
            f"{100 * share:.0f} %",
            above if name in clear else below,
        )
        for name, share in shown.items()
    ]
    longest = 105 * max(*shown.values(), found.chance)
    figure = bars(rows, "share of the importance (%)", longest, {above: BLUE, below: GREY})
    figure.add_vline(
        100 * found.chance, line={"color": INK, "dash": "dot", "width": 1.5}, layer="below"
    )
    first = [words(name, config) for name in shown][:3]
    title = (
        f"What set the best trials apart: {listed([words(name, config) for name in clear[:3]])}"
        if clear
        else "No parameter stands out from chance"
    )
    text = (
        f"PED-ANOVA: how much the values of the best {len(found.best)} of"
        f" {counted(found.trials, 'trial')} differ from those of all. The dotted line is the"
        f" largest share that any parameter got in {SHUFFLES} shuffles of the trials."
    )
    if not clear:
        text += f" First in order, but no more than a hint: {listed(first)}."
    for name in clear[:3]:
        text += (
            f" {words(name, config).capitalize()}: the best trials had {_had(name, found.best)}."
        )
    return Section(title, text, {"importances": figure})


def slices(
    trials: Trials, config: StudyConfig, parameters: Sequence[str], ranked_by_importance: bool
) -> Section:
    """Accuracy over the values of single parameters, a small figure each.

    Args:
        trials: the study's trials.
        config: its definition.
        parameters: names of the parameters.
        ranked_by_importance: whether they are the most important ones, in that order.
    """
    figures: dict[str, go.Figure] = {}
    for name in parameters:
        having = [t for t in trials if name in t.params and accuracy_of(t) is not None]
        if not having:
            continue
        distribution = having[0].distributions[name]
        values = [trial.params[name] for trial in having]
        if not all(type(value) in (int, float) for value in values):
            values = [in_figure(str(value)) for value in values]
        figure = empty_figure(in_figure(words(name, config)), "accuracy (%)", 260)
        add_trials(figure, having, values)
        figure.update_layout(showlegend=False)
        if isinstance(distribution, IntDistribution | FloatDistribution) and distribution.log:
            _set_log_axis(figure, distribution.low, distribution.high)
        elif isinstance(values[0], str):
            figure.update_xaxes(type="category")
        elif 1 < len(possible := _possible(distribution)) <= MOST_TICKS:
            figure.update_xaxes(tickvals=list(possible))
        figures[_unlike(f"slice-{name}", figures)] = figure
    if not figures:
        return Section(
            "No accuracy over single parameters",
            "The study has no parameters, or none of its trials an accuracy yet.",
        )
    which = "those first in importance" if ranked_by_importance else "the first of them"
    return Section(
        f"Accuracy over single parameters, {which}",
        f"Each point is a trial. {_symbols(trials)}",
        figures,
    )


def _possible(distribution: BaseDistribution) -> Sequence[float]:
    """All numbers that a parameter could be; none where there is no end of them."""
    if isinstance(distribution, CategoricalDistribution):
        return sorted(c for c in distribution.choices if isinstance(c, int | float))
    if isinstance(distribution, IntDistribution):
        return range(distribution.low, distribution.high + 1, distribution.step)
    return []


def _unlike(name: str, others: Container[str]) -> str:
    """A figure's name for its file and its place in the page, from what may hold any character."""
    plain = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)[:LONGEST_NAME]
    numbered = (f"{plain}-{number}" for number in count(2))
    return next(name for name in chain([plain], numbered) if name not in others)


def _symbols(trials: Trials) -> str:
    """What the symbols of those trials mean that are drawn."""
    drawn = {state_of(trial) for trial in trials if accuracy_of(trial) is not None}
    meanings = {
        "complete": "blue circles: complete",
        "pruned": "orange crosses: pruned, as far as they came (a low one may only have been"
        " stopped early)",
        "running": "green diamonds: running",
    }
    said = "; ".join(meaning for state, meaning in meanings.items() if state in drawn)
    return f"{said[:1].upper()}{said[1:]}."


def _set_log_axis(figure: go.Figure, low: float, high: float) -> None:
    """Makes the horizontal axis logarithmic, over all that a parameter could be."""
    ticks = _log_ticks(low, high)
    room = 0.04 * (log10(high) - log10(low))
    figure.update_xaxes(
        type="log",
        range=[log10(low) - room, log10(high) + room],
        tickvals=ticks,
        ticktext=[short(tick) for tick in ticks],
        minor={"dtick": "D1", "ticks": "outside", "ticklen": 3},
    )


def _log_ticks(low: float, high: float) -> list[float]:
    """Round numbers on a logarithmic axis: of more than five powers of ten every other one, within
    a hundredfold 2 and 5 times a power too; where there are fewer than two, the ends."""
    factors = (1,) if high > 100 * low else (1, 2, 5)
    powers = range(floor(log10(low)), ceil(log10(high)) + 1, 2 if high > 1e5 * low else 1)
    ticks = [float(f"{factor}e{power}") for power in powers for factor in factors]
    inside = [tick for tick in ticks if low <= tick <= high]
    return inside if len(inside) > 1 else [low, high]


def _had(name: str, best: Trials) -> str:
    values = [trial.params[name] for trial in best if name in trial.params]
    if all(type(value) in (int, float) for value in values):
        low, high = min(values), max(values)
        return short(low) if low == high else f"{short(low)} to {short(high)}"
    return listed(sorted({str(value) for value in values}))


def _share(value: float, low: float, high: float) -> float:
    """Where a value lies between two, 0 to 1."""
    return round((value - low) / (high - low), 3) if high > low else 0.5


def _place(distribution: BaseDistribution, value: object) -> float:
    """Where a value lies on its parameter's axis, 0 to 1."""
    if isinstance(distribution, CategoricalDistribution):
        return _share(distribution.choices.index(value), 0, len(distribution.choices) - 1)
    assert isinstance(distribution, IntDistribution | FloatDistribution)
    assert isinstance(value, int | float)
    if distribution.log:
        return _share(log(value), log(distribution.low), log(distribution.high))
    return _share(value, distribution.low, distribution.high)


def _ends(distribution: BaseDistribution) -> tuple[str, str]:
    """What stands at the ends of a parameter's axis."""
    if isinstance(distribution, CategoricalDistribution):
        return str(distribution.choices[0]), str(distribution.choices[-1])
    assert isinstance(distribution, IntDistribution | FloatDistribution)
    scale = ", log" if distribution.log else ""
    return short(distribution.low), f"{short(distribution.high)}{scale}"
