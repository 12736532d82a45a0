"""What the loss does: the same network and pictures, trained for the same time by each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from hpo.reproduce.context import Context, Size
from hpo.reproduce.networks import NETWORKS, alike
from hpo.reproduce.one_shot import one_shot
from hpo.reproduce.table import Column, Measured, Row, Table, over_seeds
from hpo.reproduce.trainings import seconds, train
from hpo.reproduce.verification import KINDS, verified
from model.batch_config import BatchConfig
from model.config import NetworkConfig, RunConfig

Loss = Literal["pairs", "batch-pairs", "nca", "one-shot"]
LOSSES: tuple[Loss, ...] = get_args(Loss)


@dataclass(frozen=True)
class Settings:
    """What is trained; rates are chosen on validation.

    Attributes:
        network: network that every loss trains.
        epochs: number of epochs of every training.
        steps: number of steps an epoch, by loss, so that all trainings take the same time.
        rates: learning rate of all layers, by loss.
        output_rates: learning rate of the output layer, by loss.
    """

    network: NetworkConfig
    epochs: int
    steps: dict[Loss, int]
    rates: dict[Loss, float]
    output_rates: dict[Loss, float]


SETTINGS: dict[Size, Settings] = {
    "small": Settings(
        NETWORKS["small"],
        epochs=20,
        # A step takes 80, 86, 84 and 83 ms on one core.
        steps={"pairs": 52, "batch-pairs": 49, "nca": 50, "one-shot": 50},
        # The cross-entropies have the rate of `table1`; the others have one that they learn with.
        rates={"pairs": 0.4, "batch-pairs": 0.4, "nca": 0.17, "one-shot": 0.17},
        output_rates={"pairs": 0.4, "batch-pairs": 0.4, "nca": 0.01, "one-shot": 0.01},
    ),
    "paper": Settings(
        NETWORKS["paper"],
        epochs=100,
        steps=dict.fromkeys(LOSSES, 200),
        rates=dict.fromkeys(LOSSES, 0.05),
        output_rates={"pairs": 0.05, "batch-pairs": 0.05, "nca": 0.005, "one-shot": 0.005},
    ),
}
BATCH = BatchConfig(pairs=80, alphabets=1, characters=40, drawers=4)
"""A step of every loss sees 160 pictures: 80 pairs, or an alphabet's 40 characters by 4 drawers."""


def run(context: Context, settings: Settings | None = None) -> Table:
    """Four trainings a seed."""
    settings = settings or SETTINGS[context.size]
    trained = train(context, {loss: training_by(settings, loss) for loss in LOSSES})
    rows = []
    for loss, of_loss in trained.items():
        results = verified(of_loss, context)
        runs, every_pair = one_shot(of_loss, context)
        validation = over_seeds(
            [
                Measured(training.result.accuracy, training.result.standard_error, "10 alphabets")
                for training in of_loss
            ]
        )
        measured = (results[False].test, results[True].test, every_pair, runs, validation)
        rows.append(Row(loss, (*measured, seconds(of_loss))))
    return Table(
        title="verification and one-shot accuracy by loss, in the same training time",
        of="loss",
        columns=(
            Column("verification, same alphabet"),
            Column("verification, any alphabets"),
            Column("20-way, every drawer pair"),
            Column("20-way, official runs"),
            Column("20-way, validation"),
            Column("training s", percent=False),
        ),
        rows=rows,
        notes=(
            "The same network, initial weights, distortions and optimiser; 160 pictures a step."
            " One-shot trials are within alphabet.",
            KINDS,
        ),
    )


def training_by(settings: Settings, loss: Loss) -> RunConfig:
    """How a network is trained by one of the losses."""
    return alike(
        settings.network,
        settings.rates[loss],
        settings.epochs,
        output=settings.output_rates[loss],
        loss=loss,
        optimiser="sgd",
        steps_per_epoch=settings.steps[loss],
        schedule="cosine",
        batch=BATCH,
    )
