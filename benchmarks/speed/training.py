"""Training speed, as ratios within this run.

1. The trainer, with data selection and distortion, against the bare network's forward, backward
   and optimiser step on a tensor that is ready.
2. The trainer on sampled pairs, paper's network, against the usual loop: float32, a DataLoader and
   torchvision's transforms picture by picture.

Usage:
  python -m benchmarks.speed.training [--data-root DIR] [--device DEVICE]
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from benchmarks.command import make_parser
from benchmarks.networks import PAPER, SMALL
from benchmarks.output import tell
from data.batches import Batch, draw_pairs
from data.distort import distort
from data.sources.load import load_collection
from data.splits import SearchData
from model.config import RunConfig
from model.device import resolve_device
from model.network.siamese import SiameseNetwork
from model.training.optimiser import set_epoch
from model.training.trainer import Trainer


def seconds_of(work: Callable[[], object], device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    start = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


def trainer_against_bare_step(
    name: str, config: RunConfig, data: SearchData, device: torch.device, steps: int
) -> None:
    """Medians over alternating steps, so that a busy machine slows both alike."""
    trainer = Trainer(config, data, device)
    trainer.network.train()
    set_epoch(trainer._optimiser, config.train, 0)
    generator = torch.Generator(device).manual_seed(0)

    def prepared(batch: Batch) -> Tensor:
        distortion = config.train.distortion
        pictures = batch.pictures.float() / 255
        return distort(
            pictures, distortion.affine, distortion.elastic, distortion.stroke, generator
        )

    def forever() -> Iterator[Batch]:
        epoch = 0
        while True:
            yield from trainer.batches(epoch)
            epoch += 1

    stream = forever()
    ready_batch = next(stream)
    ready = prepared(ready_batch)
    whole, bare = [], []

    def trained() -> None:
        batch = next(stream)
        trainer.step(prepared(batch), batch.labels)

    for step in range(steps + 3):
        with_data = seconds_of(trained, device)
        alone = seconds_of(lambda: trainer.step(ready, ready_batch.labels), device)
        if step >= 3:
            whole.append(with_data)
            bare.append(alone)
    tell(
        benchmark="trainer against bare step",
        network=name,
        pictures_per_second=round(len(ready) / median(whole), 1),
        fraction_of_bare_step=round(median(b / w for b, w in zip(bare, whole, strict=True)), 3),
        steps=steps,
    )


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


def pairs_against_the_usual_loop(data: SearchData, device: torch.device, steps: int) -> None:
    config = PAPER.model_copy(
        update={"train": PAPER.train.model_copy(update={"steps_per_epoch": steps + 1})}
    )
    trainer = Trainer(config, data, device)
    trainer.network.train()
    set_epoch(trainer._optimiser, config.train, 0)
    generator = torch.Generator(device).manual_seed(0)
    ours = []
    stream = trainer.batches(0)

    def our_step() -> None:
        batch = next(stream)
        trainer.step(distort(batch.pictures.float() / 255, 1.0, 0.0, 0.0, generator), batch.labels)

    network = SiameseNetwork(PAPER.network).to(device)
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

    usual = []
    for step in range(steps + 1):
        one, other = seconds_of(our_step, device), seconds_of(usual_step, device)
        if step:
            ours.append(one)
            usual.append(other)
    tell(
        benchmark="sampled pairs against the usual float32 loop",
        network="paper 105x105",
        pictures_per_second=round(2 * pairs / median(ours), 1),
        usual_pictures_per_second=round(2 * pairs / median(usual), 1),
        times_faster=round(median(u / o for u, o in zip(usual, ours, strict=True)), 2),
        steps=steps,
    )


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--device", default="auto")
    arguments = parser.parse_args()
    device = resolve_device(arguments.device)
    collection = load_collection("omniglot", arguments.data_root)
    small = SearchData.of(collection, 35, device)
    trainer_against_bare_step("35x35", SMALL, small, device, 40)
    large = SearchData.of(collection, 105, device)
    trainer_against_bare_step("paper 105x105", PAPER, large, device, 10)
    pairs_against_the_usual_loop(large, device, 8)


if __name__ == "__main__":
    main()
