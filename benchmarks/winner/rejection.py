"""How the scores of several known pictures of a class are pooled, and how often `unknown` is right.

Queries of the validation alphabets are asked among twenty characters with one to three known
pictures each, and again without their own character. The rejection is
the one that `calibrate` chooses, on one known picture of each.

Usage:
  python -m benchmarks.winner.rejection FOLDER ... [--data-root DIR]
"""

from __future__ import annotations

from collections.abc import Callable
from math import log
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.command import make_parser, run_main
from benchmarks.output import tell
from data.collection import SIDE
from data.sources.load import load_collection
from data.splits import paper_splits
from hpo.finish.calibrate import prepared
from hpo.finish.held_out import weights_in
from hpo.storage.workspace import TrainedFolder
from model.evaluation.classify import pooled
from model.evaluation.embeddings import scores_within
from model.evaluation.rejection import choose_rejection, quality, trial_queries
from model.network.weights import load_trained

SHOTS = (1, 2, 3)


def mean_odds(scores: Tensor, owners: Tensor) -> Tensor:
    """The logarithm of the mean of the pictures' odds."""
    parts = [scores[:, owners == number] for number in range(int(owners.max()) + 1)]
    return torch.stack([own.logsumexp(1) - log(own.shape[1]) for own in parts], 1)


def best(scores: Tensor, owners: Tensor) -> Tensor:
    """The best picture's score."""
    parts = [scores[:, owners == number] for number in range(int(owners.max()) + 1)]
    return torch.stack([own.amax(1) for own in parts], 1)


POOLINGS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mean of scores": pooled,
    "mean of odds": mean_odds,
    "best": best,
}


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="trained networks")
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    collection = load_collection("omniglot", arguments.data_root)
    characters = collection.characters(*paper_splits(collection).validation, SIDE)
    for number, folder in enumerate(arguments.folders):
        network, config = load_trained(weights_in(TrainedFolder(folder)))
        drawings = prepared(characters, config.size)
        scores = scores_within(network, drawings)
        rejection = choose_rejection(trial_queries(scores, drawings.way, 1))
        for name, pooling in POOLINGS.items():
            for shots in SHOTS:
                queries = trial_queries(scores, drawings.way, shots, pooling=pooling)
                found = quality(rejection, queries, shots).model_dump()
                tell(benchmark="rejection", network=number, pooling=name, **found)


if __name__ == "__main__":
    run_main(main)
