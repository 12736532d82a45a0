"""The 400 official trials with the paper's network: embedding once against pair by pair.

The usual evaluation runs, for each trial, its twenty pairs through both twins in float32: 16 000
embeddings of 800 pictures. Beside it, the same in the fast evaluation's own precision, whose
predictions must be identical.

Usage: python tests/benchmarks/evaluation.py [--data-root DIR] [--device DEVICE] [--network DIR]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from networks import PAPER, tell
from torch import Tensor

from data.characters import Characters
from data.source import load_collection
from data.splits import held_out_characters
from data.trials import OneShotRun, run_pictures
from model.device import autocast, resolve_device
from model.evaluate import predict_runs
from model.siamese import SiameseNetwork
from model.weights import load_network


@torch.inference_mode()
def pair_by_pair(
    network: SiameseNetwork, characters: Characters, runs: tuple[OneShotRun, ...], low: bool
) -> list[Tensor]:
    """Predictions as most re-implementations make them: a trial is a batch of twenty pairs."""
    answers = []
    for run in runs:
        support, query = run_pictures(characters, run)
        supports = characters.pictures[support[:, 0], support[:, 1]].unsqueeze(1).float() / 255
        predicted = []
        for character, drawer in query.tolist():
            picture = characters.pictures[character, drawer].expand(20, 1, -1, -1).float() / 255
            if low:
                with autocast(characters.device):
                    left, right = network.embed(picture), network.embed(supports)
            else:
                left, right = network.embed(picture), network.embed(supports)
            predicted.append(network.score_pairs(left, right).argmax())
        answers.append(torch.stack(predicted).cpu())
    return answers


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--network", type=Path, help="folder of a trained network")
    arguments = parser.parse_args()
    device = resolve_device(arguments.device)
    torch.manual_seed(0)
    network = SiameseNetwork(PAPER.network)
    if arguments.network:
        network, _ = load_network(arguments.network / "best.safetensors")
    network = network.to(device).eval()
    collection = load_collection("omniglot", arguments.data_root)
    characters = held_out_characters(collection, network.config.size, device)
    runs = collection.runs
    predict_runs(network, characters, runs[:2])
    start = time.perf_counter()
    fast = torch.cat(predict_runs(network, characters, runs))
    fast_seconds = time.perf_counter() - start
    for low in (True, False):
        start = time.perf_counter()
        slow = torch.cat(pair_by_pair(network, characters, runs, low))
        slow_seconds = time.perf_counter() - start
        tell(
            benchmark="400 official trials, once each against pair by pair",
            network="trained" if arguments.network else "paper 105x105, untrained",
            pair_by_pair="same precision" if low else "float32",
            seconds=round(fast_seconds, 2),
            pair_by_pair_seconds=round(slow_seconds, 2),
            times_faster=round(slow_seconds / fast_seconds, 1),
            same_predictions=int((fast == slow).sum()),
            trials=len(fast),
        )


if __name__ == "__main__":
    main()
