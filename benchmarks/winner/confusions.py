"""Which characters a trained network takes for which, in its weakest alphabets.

Usage:
  python -m benchmarks.winner.confusions NETWORK.safetensors OUTPUT [--alphabets N]
      [--dataset NAME] [--data-root DIR]

Every picture of an alphabet is looked for among one drawing of each of its characters, by every
pair of the twenty drawers. Writes OUTPUT.json, and OUTPUT.png with drawings of the characters that
are confused most, in the weakest validation and test alphabets. It is for finished networks:
nothing may be chosen by what is seen of the test alphabets.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import Tensor

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance, save
from data.characters import Characters
from data.collection import SIDE
from data.names import checked
from data.sources.load import load_collection
from data.splits import evaluation_characters, paper_splits
from model.evaluation.embeddings import embed
from model.evaluation.scores import choices, one_shot_accuracy
from model.network.ensemble import EnsembleConfig
from model.network.weights import load_trained

WAY = 20
PAIRS = 6
SHOWN = [0, 1, 2]
"""The drawers whose drawings of both characters are shown, counted from 0."""
CPU = torch.device("cpu")


class Confusion(NamedTuple):
    """Two characters of an alphabet, by their positions in it.

    Attributes:
        forth: share of the one's queries that are taken for the other, 0 to 1.
        back: share of the other's that are taken for the one; not larger.
    """

    one: int
    other: int
    forth: float
    back: float


def confusions(shares: Tensor) -> list[Confusion]:
    """All pairs of characters, those that are confused most first."""
    found = []
    for one, other in torch.combinations(torch.arange(len(shares))).tolist():
        if shares[one, other] < shares[other, one]:
            one, other = other, one
        found.append(Confusion(one, other, float(shares[one, other]), float(shares[other, one])))
    return sorted(found, key=lambda pair: -pair.forth - pair.back)


def described(alphabet: str, accuracy: float, shares: Tensor, names: list[str]) -> dict[str, Any]:
    """An alphabet's part of the document; its pairs keep their order."""
    pairs = confusions(shares)
    every = sum(pair.forth + pair.back for pair in pairs)
    most = pairs[:PAIRS]
    return {
        "alphabet": alphabet,
        "accuracy": accuracy,
        "characters": len(names),
        "wrong_among_all": every / len(names),
        "pairs": len(pairs),
        "share_of_errors": sum(p.forth + p.back for p in most) / every if every else 0.0,
        "confused": [p._asdict() | {"one": names[p.one], "other": names[p.other]} for p in most],
    }


def figure(parts: dict[str, list[dict[str, Any]]], drawings: Characters) -> Figure:
    """A row for each alphabet, a panel for each pair: the one's drawings above the other's."""
    rows = [(split, told) for split, weakest in parts.items() for told in weakest]
    size = (1.9 * PAIRS, 1.75 * len(rows))
    made, axes = plt.subplots(len(rows), PAIRS, figsize=size, squeeze=False, layout="constrained")
    for panel in axes.flat:
        panel.set(xticks=[], yticks=[])
    for line, (split, told) in zip(axes, rows, strict=True):
        line[0].set_ylabel(
            f"{told['alphabet'].replace('_', ' ')} ({split})\n{told['accuracy']:.1%} right;"
            f"\n{told['share_of_errors']:.0%} of errors\nare these {PAIRS} pairs'",
            fontsize=9,
        )
        for panel, pair in zip(line, told["confused"], strict=True):
            ends = [drawings.names.index(pair[end]) for end in ("one", "other")]
            panel.imshow(mosaic(drawings.pictures[ends][:, SHOWN]), cmap="gray", vmin=0, vmax=255)
            one, other = (pair[end][-2:] for end in ("one", "other"))
            panel.set_title(
                f"{one} taken for {other}: {pair['forth']:.0%}\n"
                f"{other} taken for {one}: {pair['back']:.0%}",
                fontsize=9,
            )
    return made


def mosaic(ink: Tensor) -> np.ndarray:
    """Pictures uint8 [rows, columns, size, size] as one, with lines between; 0 is ink."""
    edged = torch.nn.functional.pad(255 - ink, (1, 1, 1, 1), value=200)
    return edged.permute(0, 2, 1, 3).flatten(2).flatten(0, 1).numpy()


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("network", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--alphabets", type=int, default=3, help="of each split, the weakest")
    parser.add_argument("--dataset", type=checked, default="omniglot")
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    network, config = load_trained(arguments.network)
    members = config.members if isinstance(config, EnsembleConfig) else (config,)
    collection = load_collection(arguments.dataset, arguments.data_root)
    splits = paper_splits(collection)
    characters = evaluation_characters(collection, config.size, CPU)
    scores = embed(network, characters).scores()
    accuracy = one_shot_accuracy(scores, WAY)
    names = {
        alphabet: [characters.names[row] for row in rows]
        for alphabet, rows in zip(characters.alphabets, characters.characters_of, strict=True)
    }
    document = provenance() | {
        "dataset": collection.name,
        "fingerprint": collection.fingerprint,
        "seeds": [member.train.seed for member in members],
        "measured": "20-way accuracy over every pair of all twenty drawers; errors among all"
        " characters of the alphabet; a confusion's shares of each character's queries",
    }
    weakest = {}
    for split, alphabets in (
        ("validation", splits.validation.alphabets),
        ("test", splits.test.alphabets),
    ):
        over = accuracy.over(alphabets)
        weakest[split] = [
            described(name, over.per_alphabet[name], choices(scores[name]), names[name])
            for name in sorted(alphabets, key=over.per_alphabet.__getitem__)[: arguments.alphabets]
        ]
        document[split] = {
            "accuracy": over.value,
            "standard_error": over.standard_error,
            "per_alphabet": over.per_alphabet,
            "weakest": weakest[split],
        }
    save(arguments.output, document, figure(weakest, evaluation_characters(collection, SIDE, CPU)))


if __name__ == "__main__":
    run_main(main)
