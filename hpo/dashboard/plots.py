"""A study's figures that the dashboard does not draw by itself: each from its trials, as plotly's.

Colours are told apart by the colour-blind too (Okabe and Ito's palette).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

import plotly.graph_objects as go
from optuna.trial import FrozenTrial, TrialState
from plotly.subplots import make_subplots

from hpo.runtime.literal_text import in_figure
from hpo.runtime.palette import BLUE, GREY, MIDDLE, VERMILLION
from hpo.study.definition import METRIC, StudyConfig
from hpo.study.learning_rates import layer_rates, layers_of
from hpo.study.parameter_words import kind
from hpo.trials.attributes import TrialRecord
from hpo.trials.importance import importances
from hpo.trials.outcome import accuracy_of, complete_trials

LOOKS = {
    "template": "none",  # plotly's own is larger than the figures are
    "margin": {"l": 60, "r": 20, "t": 80, "b": 50},
    "paper_bgcolor": "rgba(0, 0, 0, 0)",
    "plot_bgcolor": "rgba(0, 0, 0, 0)",
    "font": {"color": MIDDLE},
}
"""Layout of every figure: it lies on the dashboard's own ground, white or dark."""
GRID = {"gridcolor": "rgba(133, 133, 133, 0.3)", "zerolinecolor": MIDDLE, "linecolor": MIDDLE}
BEST = 0.25
"""The part of the trained trials that are called the best."""
Trials = Sequence[FrozenTrial]
Groups = dict[str, dict[bool, float]]
"""By group: the sum of its parameters' importance, above chance (True) and below."""


def accuracy_against_seconds(trials: Trials) -> go.Figure:
    """Accuracy of each trial against its training time, with a line along the best so far."""
    figure = _figure("Accuracy against training time", "seconds of training", f"{METRIC}, %")
    pruned = [t for t in trials if t.state is TrialState.PRUNED and t.intermediate_values]
    for name, group, color, symbol in (
        ("complete", complete_trials(trials), BLUE, "circle"),
        ("pruned", pruned, GREY, "x"),
    ):
        figure.add_scatter(
            name=name,
            x=[_rounded(TrialRecord.of(trial).seconds or 0.0) for trial in group],
            y=[_rounded(100 * (accuracy_of(trial) or 0.0)) for trial in group],
            text=[f"trial {trial.number}" for trial in group],
            hovertemplate="%{text}: %{y:.1f} % after %{x:.1f} s",
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 8},
        )
    edge: list[FrozenTrial] = []
    for trial in sorted(complete_trials(trials), key=lambda t: TrialRecord.of(t).seconds or 0.0):
        if not edge or (accuracy_of(trial) or 0.0) > (accuracy_of(edge[-1]) or 0.0):
            edge.append(trial)
    figure.add_scatter(
        name="best for its time",
        x=[_rounded(TrialRecord.of(trial).seconds or 0.0) for trial in edge],
        y=[_rounded(100 * (accuracy_of(trial) or 0.0)) for trial in edge],
        mode="lines",
        line={"color": VERMILLION, "shape": "hv"},
        hoverinfo="skip",
    )
    return figure


def learning_rates(trials: Trials, config: StudyConfig) -> go.Figure:
    """Each layer's learning rates: those of the best quarter of the trials against the rest.

    A rate is what the layer is trained with: its own parameter times the network's. Pruned trials
    belong to the rest.
    """
    ranked = sorted(complete_trials(trials), key=lambda trial: -trial.values[0])
    best = ranked[: ceil(BEST * len(ranked))]
    rest = ranked[len(best) :] + [t for t in trials if t.state is TrialState.PRUNED]
    layers = layers_of(config)
    figure = _figure("Learning rates by layer", "", "learning rate")
    # Side by side in each layer's place: the best left of its middle, the rest right of it.
    for name, group, color, side, symbol in (
        (f"the best quarter ({len(best)})", best, VERMILLION, -0.12, "diamond"),
        (f"the rest ({len(rest)})", rest, GREY, 0.12, "circle-open"),
    ):
        points = [
            (layers.index(layer) + side, _rounded(rate), trial.number)
            for trial in group
            for layer, rate in layer_rates(config, trial.params).items()
        ]
        figure.add_scatter(
            name=name,
            x=[x for x, _, _ in points],
            y=[y for _, y, _ in points],
            text=[f"trial {number}" for _, _, number in points],
            hovertemplate="%{text}: %{y:.3g}",
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 8},
        )
    figure.update_xaxes(
        tickvals=list(range(len(layers))),
        ticktext=layers,
        range=[-0.5, len(layers) - 0.5],
        zeroline=False,
    )
    rates = [y for trace in figure.data for y in trace.y]
    # Powers of ten, within a hundredfold 2 and 5 times these too: else there might be no tick.
    wide = bool(rates) and max(rates) > 100 * min(rates)
    figure.update_yaxes(type="log", tickformat=".1~g", dtick=1 if wide else "D2")
    return figure


def importance(trials: Trials, config: StudyConfig) -> go.Figure | None:
    """Importances by layer and by kind of parameter: what set the best trials apart.

    Each group's is the sum of its parameters'. None where nothing can be said yet.
    """
    found = importances(trials)
    if found is None:
        return None
    layers = set(layers_of(config))
    by_layer: Groups = {}
    by_kind: Groups = {}
    for name, share in found.shares.items():
        layer = name.rpartition(".")[0]
        own_layer = layer if layer in layers else "whole network"
        for groups, key in ((by_layer, own_layer), (by_kind, kind(name, config))):
            parts = groups.setdefault(key, {True: 0.0, False: 0.0})
            parts[name in found.clear] += share
    figure = make_subplots(
        1, 2, subplot_titles=("by layer, %", "by kind, %"), horizontal_spacing=0.3
    )
    for column, groups in enumerate((by_layer, by_kind), start=1):
        ordered = sorted(groups.items(), key=lambda item: sum(item[1].values()))
        for clear, name, color in (
            (True, "above chance", BLUE),
            (False, "no more than chance", GREY),
        ):
            figure.add_bar(
                x=[_rounded(100 * parts[clear]) for _, parts in ordered],
                y=[in_figure(key) for key, _ in ordered],
                orientation="h",
                marker_color=color,
                hovertemplate="%{y}: %{x:.0f} %",
                name=name,
                showlegend=column == 1,
                row=1,
                col=column,
            )
    figure.update_layout(
        **LOOKS,
        barmode="stack",
        title=f"What set the best {len(found.best)} of {found.trials} trials apart (PED-ANOVA)",
        legend={"orientation": "h", "y": -0.12, "yanchor": "top"},
    )
    figure.update_xaxes(rangemode="tozero", **GRID)
    figure.update_yaxes(automargin=True, **GRID)
    figure.update_annotations(font={"color": MIDDLE})
    return figure


FIGURES: dict[str, Callable[[Trials, StudyConfig], go.Figure | None]] = {
    "accuracy-against-seconds": lambda trials, _: accuracy_against_seconds(trials),
    "learning-rates": learning_rates,
    "importance": importance,
}
"""The plots by name, for studies with at least one complete trial."""


def _figure(title: str, x: str, y: str) -> go.Figure:
    return go.Figure(
        layout={
            **LOOKS,
            "title": title,
            "xaxis": {"title": x, "automargin": True, **GRID},
            "yaxis": {"title": y, "automargin": True, **GRID},
            "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom"},
        }
    )


def _rounded(value: float) -> float:
    """To the digits that a figure shows: they are stored as text."""
    return float(f"{value:.4g}")
