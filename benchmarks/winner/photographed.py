"""Accuracy on drawings that look photographed, scanned or drawn elsewhere, and on clean ones.

The official runs' drawings become picture files, are read and prepared as `classify` does it, and
classified. The clean accuracy is that of Omniglot's own pictures as the network was trained on
them. The preparation was chosen on the validation alphabets: `--validation RUNS` measures there.

Usage:
  python -m benchmarks.winner.photographed FOLDER [--data-root DIR] [--validation RUNS] [--seed N]
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks.command import make_parser
from benchmarks.output import tell
from benchmarks.winner.disturbances import DISTURBANCES, clean, drawings_of
from data.one_shot_runs import random_runs
from data.sources.load import load_collection
from data.sources.picture_files import NoPicture, read_brightness
from data.sources.scans import pictures_of, to_drawing
from data.splits import held_out_characters, paper_splits
from hpo.finish.held_out import weights_in
from hpo.storage.workspace import TrainedFolder
from model.config import TrainConfig
from model.evaluation.classify import classify
from model.evaluation.standard_error import accuracy_error, mean_and_error
from model.network.siamese import SiameseNetwork
from model.network.weights import load_network

WAY = 20
CPU = torch.device("cpu")


def right(network: SiameseNetwork, train: TrainConfig, supports: Tensor, queries: Tensor) -> Tensor:
    """Which answers are right, bool [trials].

    Args:
        supports: pictures, uint8 [trials, size, size], of one run after the other.
        queries: the pictures to classify, in the same order.
    """
    answers = [
        classify(network, train, support, query).classes.argmax(1) == torch.arange(WAY)
        for support, query in zip(
            torch.split(supports, WAY), torch.split(queries, WAY), strict=True
        )
    ]
    return torch.cat(answers)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("folder", type=Path, help="of a trained network")
    parser.add_argument("--data-root", type=Path)
    parser.add_argument(
        "--validation",
        type=int,
        metavar="RUNS",
        help="random runs on the validation alphabets instead",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the disturbances")
    arguments = parser.parse_args()
    network, config = load_network(weights_in(TrainedFolder(arguments.folder)))
    collection = load_collection("omniglot", arguments.data_root)
    if arguments.validation:
        alphabets = paper_splits(collection).validation.alphabets
        characters = collection.characters(alphabets, collection.drawers, 105)
        runs = random_runs(characters, arguments.validation, WAY, seed=1)
    else:
        characters, runs = held_out_characters(collection, 105, CPU), list(collection.runs)
    # Support and query: bool [trials, 105, 105] each.
    drawn = drawings_of(characters, runs)
    size = config.network.size

    def prepared(name: str, side: int) -> Tensor:
        dice = np.random.default_rng((arguments.seed, side, *name.encode()))
        drawings = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture"
            for drawing in drawn[side]:
                path.write_bytes(DISTURBANCES[name](drawing, dice))
                try:
                    drawings.append(to_drawing(read_brightness(path)))
                except NoPicture:  # `classify` would skip it; here it is a wrong answer
                    drawings.append(np.zeros_like(drawing))
        return pictures_of(drawings, size)

    supports, queries = (pictures_of(list(side), size) for side in drawn)
    undisturbed = right(network, config.train, supports, queries).double()
    clean_supports = prepared(clean.__name__, 0)
    for name in DISTURBANCES:
        queries = prepared(name, 1)
        disturbed_supports = clean_supports if name == clean.__name__ else prepared(name, 0)
        for scope, supports in (
            ("support and query", disturbed_supports),
            ("query", clean_supports),
        ):
            found = right(network, config.train, supports, queries).double()
            accuracy, count = float(found.mean()), len(found)
            difference, error = mean_and_error((found - undisturbed).tolist())
            tell(
                benchmark="classify",
                runs=f"{len(runs)} {'validation' if arguments.validation else 'official'}",
                disturbance=name,
                disturbed=scope,
                accuracy=accuracy,
                standard_error=round(accuracy_error(accuracy, count), 4),
                clean_accuracy=float(undisturbed.mean()),
                difference=round(difference, 4),
                difference_standard_error=round(error, 4),
                trials=count,
            )


if __name__ == "__main__":
    main()
