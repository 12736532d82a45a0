"""A re-implementation's protocol: new hands, but characters that were trained on."""

from __future__ import annotations

from dataclasses import dataclass

from data.splits import drawer_splits
from hpo.reproduce.context import Context, Size
from hpo.reproduce.networks import NETWORKS, alike
from hpo.reproduce.table import Column, Quoted, Row, Table
from hpo.reproduce.trainings import seconds, train
from hpo.reproduce.verification import KINDS, verified
from model.batch_config import BatchConfig
from model.config import NetworkConfig
from model.distortion_config import DistortionConfig

ORIGINAL = Quoted(0.912, "re-implementation")
EPOCHS, PAIRS = 10, 30_000
"""As the original: epochs, and pairs an epoch, drawn anew each time."""


@dataclass(frozen=True)
class Settings:
    """What is trained; the rate is chosen on validation.

    Attributes:
        network: network to train.
        rate: Adam's learning rate, of all layers.
        pairs: number of pairs an epoch.
    """

    network: NetworkConfig
    rate: float
    pairs: int = PAIRS


SETTINGS: dict[Size, Settings] = {
    # After 200 batches alone: 94.3 % on validation, any two characters (one seed).
    "small": Settings(NETWORKS["small"], rate=1e-3),
    "paper": Settings(NETWORKS["paper"], rate=1e-4),
}


def run(context: Context, settings: Settings | None = None) -> Table:
    """One training a seed."""
    settings = settings or SETTINGS[context.size]
    batch = BatchConfig(across=True)
    config = alike(
        settings.network,
        settings.rate,
        EPOCHS,
        loss="pairs",
        optimiser="adam",
        steps_per_epoch=-(-settings.pairs // batch.pairs),
        schedule="cosine",
        validation="verification",
        batch=batch,
        distortion=DistortionConfig(affine=0.0),
    )
    trained = train(context, {"network": config}, drawer_splits)["network"]
    results = verified(trained, context, drawer_splits)
    return Table(
        title="verification accuracy on new drawers of the characters trained on",
        of="different pairs",
        columns=(
            Column("validation, drawers 13-16"),
            Column("test, drawers 17-20"),
            Column("original, validation"),
            Column("training s", percent=False),
        ),
        rows=(
            Row(
                "any two characters, as the original",
                (results[True].validation, results[True].test, ORIGINAL, seconds(trained)),
            ),
            Row(
                "two characters of one alphabet",
                (results[False].validation, results[False].test, None, None),
            ),
        ),
        notes=(
            f"Background alphabets alone, trained on drawers 1-12: {EPOCHS} epochs of"
            f" {settings.pairs} pairs, alternately of the same character and of any two; Adam, one"
            " learning rate.",
            KINDS,
        ),
    )
