"""Accuracy by the number of characters in a trial, over every trial there is, and by alphabet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from data.splits import evaluation_characters, paper_splits
from hpo.reproduce.context import Context
from hpo.reproduce.table import Column, Measured, Quoted, Row, Table
from model.evaluation.embeddings import scores_within
from model.evaluation.scores import Accuracy, one_shot_accuracies

WAYS = range(2, 21)
"""Every N up to the paper's 20."""
OTHERS = {2: 0.97, 20: 0.71}
"""By N: a PyTorch re-implementation after 200 epochs, over random drawers."""


def run(context: Context) -> Table:
    """Measures one network; trains none."""
    network = context.trained_network()
    characters = evaluation_characters(context.collection, network.size, context.device)
    ways = one_shot_accuracies(scores_within(network, characters), WAYS)
    splits = paper_splits(context.collection)
    chosen = {
        "test alphabets": splits.test.alphabets,
        "validation alphabets": splits.validation.alphabets,
        "all evaluation alphabets": characters.alphabets,
    }
    curves = {
        f"{name} ({len(alphabets)})": [measured(ways[way].over(alphabets)) for way in WAYS]
        for name, alphabets in chosen.items()
    }
    figure = _with_alphabets(curves_figure(curves), ways)
    rows = [
        Row(
            str(way),
            (
                *cells,
                Quoted(OTHERS[way], "re-implementation") if way in OTHERS else None,
            ),
        )
        for way, *cells in zip(WAYS, *curves.values(), strict=True)
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
        figures={"ways": figure} | {f"{n}-way": _by_alphabet(n, ways) for n in WAYS},
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


def curves_figure(curves: Mapping[str, Sequence[Measured]]) -> Figure:
    """Accuracy against N, a curve per name; each has a figure for every N of `WAYS`."""
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    for name, curve in curves.items():
        values = [100 * cell.value for cell in curve]
        errors = [100 * (cell.error or 0) for cell in curve]
        axes.errorbar(WAYS, values, errors, marker="o", markersize=3, capsize=2, label=name)
    axes.set_xticks(list(WAYS))
    axes.set_xlabel("N")
    axes.set_ylabel("one-shot accuracy %")
    axes.legend()
    return figure


def _with_alphabets(figure: Figure, ways: dict[int, Accuracy]) -> Figure:
    """Each alphabet's own curve, and what others report."""
    (axes,) = figure.axes
    for alphabet in ways[WAYS[0]].per_alphabet:
        values = [100 * ways[way].per_alphabet[alphabet] for way in WAYS]
        axes.plot(WAYS, values, color="0.8", linewidth=0.7, zorder=1)
    others = [100 * value for value in OTHERS.values()]
    axes.plot(list(OTHERS), others, "x", color="black", label="re-implementation")
    axes.set_xlabel("N (grey: each alphabet)")
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
