"""Training speed against the usual loop: float32, a DataLoader, picture by picture.

Both train on sampled pairs, in turn within this run. Beside it, the pairs that the trainer learns
from with the loss of its own study: over all pairs of a batch, which the usual loop has not.

Usage:
  python -m benchmarks.speed.training [--data-root DIR] [--device DEVICE]
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from benchmarks.command import make_parser, run_main
from benchmarks.networks import PAPER, QUICK
from benchmarks.output import tell
from benchmarks.speed.steps import Steps, seconds_of
from data.batches import draw_pairs
from data.sources.load import load_collection
from data.splits import SearchData
from model.config import RunConfig
from model.device import has_bfloat16, resolve_device
from model.evaluation.standard_error import mean_and_error
from model.memory import keep_freed_memory
from model.network.siamese import SiameseNetwork


class Pairs(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """The usual data set of pairs: a picture at a time through torchvision's transforms."""

    def __init__(self, data: SearchData, count: int) -> None:
        self.pictures = data.train.pictures
        self.pairs = draw_pairs(data.train, count, torch.Generator().manual_seed(0)).tolist()
        self.transform = v2.Compose(
            [
                v2.ToDtype(torch.float32, scale=True),
                v2.RandomAffine(10, (2 / 105, 2 / 105), (0.8, 1.2), (-17, 17, -17, 17)),
            ]
        )

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        (row, drawer), (other_row, other_drawer) = self.pairs[index]
        left = self.transform(self.pictures[row, drawer][None])
        right = self.transform(self.pictures[other_row, other_drawer][None])
        return left, right, torch.tensor(float(row == other_row))


def pairs_against_the_usual_loop(
    name: str, like: RunConfig, data: SearchData, device: torch.device, steps: int
) -> None:
    """Both train the network of `like` on pairs as the paper's is."""
    layers = (PAPER.train.layers[0],) * len(like.network.layer_names)
    changes = {"steps_per_epoch": steps + 1, "layers": layers}
    config = RunConfig(network=like.network, train=PAPER.train.model_copy(update=changes))
    sampled, own = Steps(config, data, device), Steps(like, data, device)
    network = SiameseNetwork(config.network).to(device)
    optimiser = torch.optim.SGD(network.parameters(), 1e-3, momentum=0.9, weight_decay=2e-4)
    loss_of = torch.nn.BCEWithLogitsLoss()
    pairs = config.train.batch.pairs
    on_cpu = SearchData(data.train.to(torch.device("cpu")), data.validation)
    loader = iter(DataLoader(Pairs(on_cpu, pairs * (steps + 1)), pairs, num_workers=2))

    def usual_step() -> None:
        left, right, same = (part.to(device) for part in next(loader))
        scores = network.score_pairs(network.embed(left), network.embed(right))
        optimiser.zero_grad()
        loss_of(scores, same).backward()
        optimiser.step()

    rounds = [
        [seconds_of(work, device) for work in (sampled.whole, usual_step, own.whole)]
        for _ in range(steps + 1)
    ]
    ours, usual, batches = zip(*rounds[1:], strict=True)
    value, error = mean_and_error([u / o for u, o in zip(usual, ours, strict=True)])
    count = len(own.pictures)
    of_a_batch = pairs if like.train.loss == "pairs" else count * (count - 1) // 2
    tell(
        benchmark="sampled pairs against the usual float32 loop",
        network=name,
        precision="bfloat16" if has_bfloat16(device) else "float32",
        pictures_per_second=round(2 * pairs / median(ours), 1),
        usual_pictures_per_second=round(2 * pairs / median(usual), 1),
        times_faster={"value": round(value, 2), "standard_error": round(error, 2)},
        pairs_per_second=round(pairs / median(ours), 1),
        pairs_per_second_of_its_own_loss=round(of_a_batch / median(batches), 1),
        steps=steps,
    )


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--device", default="auto")
    arguments = parser.parse_args()
    keep_freed_memory()  # as workers do
    device = resolve_device(arguments.device)
    collection = load_collection("omniglot", arguments.data_root)
    small = SearchData.of(collection, 35, device)
    large = SearchData.of(collection, 105, device)
    pairs_against_the_usual_loop("quick 35x35", QUICK, small, device, 8)
    pairs_against_the_usual_loop("paper 105x105", PAPER, large, device, 8)


if __name__ == "__main__":
    run_main(main)
