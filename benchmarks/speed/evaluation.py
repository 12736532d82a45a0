"""The 400 official trials with the paper's network: embedding once against pair by pair.

The usual evaluation runs each trial's twenty pairs through both twins in float32: 16 000 embeddings
of 800 pictures. It is timed a pair at a time on one run and counted for twenty, and with a trial's
twenty pairs in one batch on all of them, whose 400 predictions are compared with the fast ones.

Usage:
  python -m benchmarks.speed.evaluation [--data-root DIR] [--device DEVICE] [--network DIR]
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.command import make_parser, run_main
from benchmarks.networks import PAPER
from benchmarks.output import tell
from data.characters import Characters
from data.one_shot_runs import OneShotRun, run_pictures
from data.sources.load import load_collection
from data.splits import held_out_characters
from model.device import resolve_device
from model.evaluation.one_shot import predict_runs
from model.network.siamese import SiameseNetwork
from model.network.weights import load_network


@torch.inference_mode()
def pair_by_pair(
    network: SiameseNetwork, characters: Characters, runs: Sequence[OneShotRun], pairs: int
) -> Tensor:
    """Predictions, int64 [trials], with `pairs` pairs at once through both twins."""
    answers = []
    for run in runs:
        support, query = run_pictures(characters, run)
        supports = characters.pictures[support[:, 0], support[:, 1]].unsqueeze(1).float() / 255
        for character, drawer in query.tolist():
            picture = characters.pictures[character, drawer].expand(20, 1, -1, -1).float() / 255
            scores = [
                network.score_pairs(network.embed(left), network.embed(right))
                for left, right in zip(
                    torch.split(picture, pairs), torch.split(supports, pairs), strict=True
                )
            ]
            answers.append(torch.cat(scores).argmax())
    return torch.stack(answers).cpu()


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--network", type=Path, help="folder of a trained network")
    arguments = parser.parse_args()
    device = resolve_device(arguments.device)
    torch.manual_seed(0)
    network = SiameseNetwork(PAPER.network)
    if arguments.network:
        network, _ = load_network(arguments.network / "best.safetensors")
    usual = network.to(device).eval()
    # As the project's own networks are; the usual one is laid out as PyTorch makes it.
    network = deepcopy(usual).to(memory_format=torch.channels_last)
    collection = load_collection("omniglot", arguments.data_root)
    characters = held_out_characters(collection, network.size, device)
    runs = collection.runs
    predict_runs(network, characters, runs[:2])
    start = time.perf_counter()
    fast = torch.cat(predict_runs(network, characters, runs))
    seconds = time.perf_counter() - start
    for pairs, timed in ((1, runs[:1]), (20, runs)):
        start = time.perf_counter()
        slow = pair_by_pair(usual, characters, timed, pairs)
        slow_seconds = (time.perf_counter() - start) * len(runs) / len(timed)
        tell(
            benchmark="400 official trials, embedding once against pair by pair",
            network="trained" if arguments.network else "paper 105x105, untrained",
            pairs_at_once=pairs,
            seconds=round(seconds, 2),
            pair_by_pair_seconds=round(slow_seconds, 2),
            times_faster=round(slow_seconds / seconds, 1),
            same_predictions=int((fast[: len(slow)] == slow).sum()),
            compared=len(slow),
        )


if __name__ == "__main__":
    run_main(main)
