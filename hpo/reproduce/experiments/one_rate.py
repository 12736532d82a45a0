"""A re-implementation's training: one learning rate, lowered in steps, every background drawer."""

from __future__ import annotations

from dataclasses import dataclass

from data.splits import all_drawer_splits
from hpo.reproduce.context import Context, Size
from hpo.reproduce.networks import NETWORKS, alike
from hpo.reproduce.one_shot import one_shot
from hpo.reproduce.table import Column, Quoted, Row, Table
from hpo.reproduce.trainings import seconds, train
from hpo.reproduce.verification import KINDS, verified
from model.batch_config import BatchConfig
from model.config import NetworkConfig

ORIGINAL = "re-implementation"


@dataclass(frozen=True)
class Settings:
    """What is trained; rate and epochs are chosen on validation.

    Attributes:
        network: network to train.
        rate: learning rate of all layers.
        epochs: number of epochs.
        steps: number of batches of 128 pairs an epoch.
    """

    network: NetworkConfig
    rate: float
    epochs: int
    steps: int


SETTINGS: dict[Size, Settings] = {
    "small": Settings(NETWORKS["small"], rate=0.4, epochs=20, steps=100),  # the rate of `table1`
    "paper": Settings(NETWORKS["paper"], rate=0.05, epochs=200, steps=500),
}


def run(context: Context, settings: Settings | None = None) -> Table:
    """One training a seed."""
    settings = settings or SETTINGS[context.size]
    config = alike(
        settings.network,
        settings.rate,
        settings.epochs,
        loss="pairs",
        optimiser="sgd",
        steps_per_epoch=settings.steps,
        schedule="steps",
        validation="verification",
        batch=BatchConfig(across=True),
    )
    trained = train(context, {"network": config}, all_drawer_splits)["network"]
    results = verified(trained, context, all_drawer_splits)
    runs, every_pair = one_shot(trained, context)
    return Table(
        title="one learning rate with a step schedule, every drawer",
        of="measured",
        columns=(
            Column("test alphabets"),
            Column("original"),
            Column("validation alphabets"),
            Column("training s", percent=False),
        ),
        rows=(
            Row(
                "verification, any two characters (as the original)",
                (
                    results[True].test,
                    Quoted(0.95, ORIGINAL),
                    results[True].validation,
                    seconds(trained),
                ),
            ),
            Row(
                "verification, two characters of one alphabet",
                (results[False].test, None, results[False].validation, None),
            ),
            Row(
                "20-way within alphabet, every drawer pair",
                (every_pair, Quoted(0.71, ORIGINAL), None, None),
            ),
            Row("20-way within alphabet, official runs", (runs, None, None, None)),
        ),
        notes=(
            "One learning rate for all layers, a tenth of it after half and again after three"
            " quarters of the epochs; all twenty drawers of the background alphabets train, so test"
            " pairs have new characters but known drawers, unlike the paper's.",
            KINDS,
        ),
    )
