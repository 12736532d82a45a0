"""Accuracy by the number of characters in a trial, over every trial there is, and by alphabet."""

from __future__ import annotations

from matplotlib.figure import Figure

from data.splits import evaluation_characters, paper_splits
from hpo.reproduce.context import Context
from hpo.reproduce.table import Column, Measured, Quoted, Row, Table
from model.embedded import scores_within
from model.evaluation import WAYS
from model.scores import Accuracy, one_shot_accuracies

OTHERS = {2: 0.97, 20: 0.71}
"""By N: a PyTorch re-implementation after 200 epochs, over random drawers."""


def run(context: Context) -> Table:
    """Measures one network; trains none."""
    network = context.trained_network()
    characters = evaluation_characters(context.collection, network.config.size, context.device)
    ways = one_shot_accuracies(scores_within(network, characters), WAYS)
    splits = paper_splits(context.collection)
    chosen = {
        "test alphabets": splits.test.alphabets,
        "validation alphabets": splits.validation.alphabets,
        "all evaluation alphabets": characters.alphabets,
    }
    curves = {
        f"{name} ({len(alphabets)})": {way: ways[way].over(alphabets) for way in WAYS}
        for name, alphabets in chosen.items()
    }
    rows = [
        Row(
            str(way),
            (
                *(measured(curve[way]) for curve in curves.values()),
                Quoted(OTHERS[way], "re-implementation") if way in OTHERS else None,
            ),
        )
        for way in WAYS
    ]
    return Table(
        title="N-way one-shot accuracy within alphabet, every drawer pair, every choice of"
        " characters",
        of="N",
        columns=(*(Column(name) for name in curves), Column("re-implementation")),
        rows=rows,
        notes=(
            "Counted exactly over all twenty drawers. The official runs' drawers are neater: their"
            " figures are not comparable with these.",
            "The network was chosen on the validation alphabets, as 4 of the 20 drawers drew them.",
        ),
        figures={"ways": _curves(curves, ways)} | {f"{n}-way": _by_alphabet(n, ways) for n in WAYS},
        details={
            "per_alphabet": {
                name: {str(way): ways[way].per_alphabet[name] for way in WAYS}
                for name in characters.alphabets
            }
        },
    )


def measured(accuracy: Accuracy) -> Measured:
    return Measured(
        accuracy.value, accuracy.standard_error, f"{len(accuracy.per_alphabet)} alphabets"
    )


def _curves(curves: dict[str, dict[int, Accuracy]], ways: dict[int, Accuracy]) -> Figure:
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    for alphabet in ways[WAYS[0]].per_alphabet:
        values = [100 * ways[way].per_alphabet[alphabet] for way in WAYS]
        axes.plot(WAYS, values, color="0.8", linewidth=0.7, zorder=1)
    for name, curve in curves.items():
        values = [100 * curve[way].value for way in WAYS]
        errors = [100 * curve[way].standard_error for way in WAYS]
        axes.errorbar(WAYS, values, errors, marker="o", markersize=3, capsize=2, label=name)
    axes.plot(
        list(OTHERS),
        [100 * value for value in OTHERS.values()],
        "x",
        color="black",
        label="re-implementation",
    )
    axes.set_xticks(list(WAYS))
    axes.set_xlabel("N (grey: each alphabet)")
    axes.set_ylabel("one-shot accuracy %")
    axes.legend()
    return figure


def _by_alphabet(way: int, ways: dict[int, Accuracy]) -> Figure:
    values = {name: 100 * value for name, value in sorted(ways[way].per_alphabet.items())}
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(list(values), list(values.values()))
    axes.bar_label(bars, fmt="%.1f", fontsize=7, padding=2)
    axes.invert_yaxis()
    axes.set_xlim(0, 108)
    axes.set_xlabel(f"{way}-way one-shot accuracy %, every drawer pair")
    return figure
