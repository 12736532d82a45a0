"""Trials of characters from all alphabets, beside those within alphabets: an easier task."""

from __future__ import annotations

from data.splits import evaluation_characters, paper_splits
from hpo.reproduce.context import Context
from hpo.reproduce.experiments.ways import WAYS, curves_figure, measured
from hpo.reproduce.table import Column, Measured, Quoted, Row, Table
from model.evaluation.embeddings import embed
from model.evaluation.scores import one_shot_accuracies
from model.evaluation.unstructured import unstructured

OTHERS = {"from": 0.89, "to": 0.91}
"""20-way, characters from all alphabets: the range of what re-implementations report."""


def run(context: Context) -> Table:
    """Measures one network; trains none."""
    network = context.trained_network()
    characters = evaluation_characters(context.collection, network.size, context.device)
    everyone = embed(network, characters)
    tested = paper_splits(context.collection).test.alphabets
    curves: dict[str, list[Measured]] = {}
    for name, embedded in {
        f"{len(tested)} test alphabets": everyone.part(tested, characters.drawers),
        f"all {len(characters.alphabets)}": everyone,
    }.items():
        within, free = one_shot_accuracies(embedded.scores(), WAYS), unstructured(embedded, WAYS)
        over = f"{len(embedded.characters.alphabets)} alphabets"
        curves[f"within alphabet, {name}"] = [measured(within[way]) for way in WAYS]
        curves[f"UNSTRUCTURED, {name}"] = [Measured(*free[way], over) for way in WAYS]
    rows = [
        Row(
            str(way),
            (
                *cells,
                *(
                    Quoted(value, "re-implementations") if way == WAYS[-1] else None
                    for value in OTHERS.values()
                ),
            ),
        )
        for way, *cells in zip(WAYS, *curves.values(), strict=True)
    ]
    return Table(
        title="N-way one-shot accuracy, within one alphabet and with characters from all",
        of="N",
        columns=(
            *(Column(name) for name in curves),
            *(Column(f"unstructured, others {end}") for end in OTHERS),
        ),
        rows=rows,
        figures={"unstructured": curves_figure(curves)},
        notes=(
            "Unstructured trials are easier, for characters of two alphabets are less alike: the"
            " two kinds are never to be compared.",
            "Both are counted exactly, over every pair of drawers and choice of characters. In an"
            " unstructured trial all supports are by the same drawer number, the query by another;"
            " beyond one alphabet a number is no single person.",
        ),
    )
