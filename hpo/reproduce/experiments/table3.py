"""The paper's table 3: MNIST's digits by a network that was trained on Omniglot alone."""

from __future__ import annotations

from data.sources.mnist import as_characters, load_mnist
from hpo.reproduce.context import Context
from hpo.reproduce.table import Column, Measured, Quoted, Row, Table, told_of_several
from model.evaluation.baselines import nearest_neighbour
from model.evaluation.digits import PARTS, digits_accuracy
from model.evaluation.embeddings import embed

PAPER = {"siamese network": 0.703, "1-nearest neighbour": 0.265}


def run(context: Context) -> Table:
    """Measures one network; trains none."""
    network = context.trained_network()
    digits = load_mnist(context.machine.data_root)
    rows, taken_for = [], {}
    for redrawn in (False, True):
        characters = as_characters(digits, network.size, redrawn=redrawn)
        characters = characters.to(context.device)
        embedded = {
            "siamese network": embed(network, characters),
            "1-nearest neighbour": nearest_neighbour(characters),
        }
        for method, seen in embedded.items():
            found = digits_accuracy(seen)
            cells = (
                Measured(
                    found.runs.accuracy,
                    found.runs.standard_error,
                    f"{found.runs.trials} trials",
                ),
                Measured(found.value, found.standard_error, f"{PARTS} parts of the test set"),
                None if redrawn else Quoted(PAPER[method], "paper"),
            )
            label = f"{method}, digits {'redrawn' if redrawn else 'as they are'}"
            rows.append(Row(label, cells))
            taken_for[label] = found.taken_for
    return Table(
        title="MNIST, 10-way one-shot accuracy, nothing trained on MNIST",
        of="method",
        columns=(Column("400 trials"), Column("whole test set"), Column("paper")),
        rows=rows,
        notes=(
            *told_of_several(network.networks),
            "Digits as they are: scaled to the network's size, as in the paper. Redrawn: their"
            " strokes, wider than those the network was trained on, thinned to lines and"
            " drawn with the pen and at the size of Omniglot's training drawings; of MNIST's labels"
            " nothing is used.",
            "The 400 trials are 40 runs of ten queries; the whole test set is counted exactly, over"
            " every pair of two columns within each of ten parts that share no picture.",
        ),
        details={"taken_for": taken_for},
    )
