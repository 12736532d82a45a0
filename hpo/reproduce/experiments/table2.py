"""The paper's table 2: 20-way one-shot accuracy on the official runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from data.characters import Characters
from data.collection import SIDE
from data.splits import held_out_characters
from hpo.finish.held_out import one_shot_test
from hpo.reproduce.context import Context, Size
from hpo.reproduce.networks import alike
from hpo.reproduce.one_shot import one_shot
from hpo.reproduce.table import Column, Measured, Quoted, Row, Table, told_of_several
from hpo.reproduce.trainings import train
from model.batch_config import BatchConfig
from model.config import Convolution, NetworkConfig, RunConfig
from model.evaluation.baselines import modified_hausdorff, nearest_neighbour
from model.evaluation.embeddings import Embedded
from model.evaluation.one_shot import RunsAccuracy, embedded_runs

QUOTED = {
    "humans": 0.955,
    "hierarchical Bayesian program learning": 0.952,
    "affine model": 0.818,
    "hierarchical deep": 0.652,
    "deep Boltzmann machine": 0.620,
    "simple stroke": 0.352,
}
"""What is not measured here (the paper's table 2)."""


@dataclass(frozen=True)
class Settings:
    """How the network without convolutions is trained; chosen on validation.

    Attributes:
        size: size of its pictures, in pixels.
        hidden: units of its first layer.
        units: units of its second layer.
        rate: learning rate of both.
        epochs: number of epochs, of 50 batches each.
    """

    size: int
    hidden: int
    units: int
    rate: float
    epochs: int


SETTINGS: dict[Size, Settings] = {
    "small": Settings(size=35, hidden=1024, units=768, rate=0.2, epochs=60),
    "paper": Settings(size=105, hidden=1024, units=4096, rate=0.2, epochs=200),
}


def run(context: Context, settings: Settings | None = None) -> Table:
    """One training a seed, of the network without convolutions; measures another network."""
    config = _two_layers(settings or SETTINGS[context.size])
    dense, _ = one_shot(train(context, {"two-layers": config})["two-layers"], context)
    network = context.trained_network()
    ours = one_shot_test(network, context.collection, context.device)
    trials = f"{ours.trials} trials"
    rows = [
        Row(
            "convolutional siamese net",
            (
                Measured(ours.one_shot_accuracy, ours.standard_error, trials),
                Quoted(0.92, "paper"),
            ),
        ),
        Row("siamese net, two fully connected layers", (dense, Quoted(0.583, "paper"))),
        Row(
            "modified Hausdorff distance",
            (_measured(_baseline(context, modified_hausdorff)), Quoted(0.612, "Lake")),
        ),
        Row(
            "1-nearest neighbour",
            (_measured(_baseline(context, nearest_neighbour)), Quoted(0.217, "paper")),
        ),
        *(Row(label, (None, Quoted(value, "paper"))) for label, value in QUOTED.items()),
    ]
    return Table(
        title="20-way one-shot accuracy within alphabet, official runs",
        of="method",
        columns=(Column("ours"), Column("original")),
        rows=rows,
        notes=(
            *told_of_several(network.networks),
            "The baselines see 105x105 pictures: 1-nearest neighbour raw pixels, the modified"
            " Hausdorff distance ink coordinates centred on their mean.",
            "The siamese net with two fully connected layers is trained as networks are here, not"
            " by the paper's loss; its first layer is a convolution as large as the picture, which"
            " is the same thing.",
        ),
    )


def _two_layers(settings: Settings) -> RunConfig:
    network = NetworkConfig(
        size=settings.size,
        convolutions=(Convolution(filters=settings.hidden, kernel=settings.size),),
        units=settings.units,
    )
    return alike(
        network,
        settings.rate,
        settings.epochs,
        output=0.01,
        loss="nca",
        optimiser="sgd",
        steps_per_epoch=50,
        schedule="cosine",
        batch=BatchConfig(symmetries=True),
    )


def _baseline(context: Context, embedded: Callable[[Characters], Embedded]) -> RunsAccuracy:
    """Over the official runs, on the CPU, by only the drawers that drew them."""
    runs = context.collection.runs
    drawers = {drawer for run in runs for drawer in (run.support_drawer, run.query_drawer)}
    characters = held_out_characters(context.collection, SIDE, torch.device("cpu"))
    return embedded_runs(embedded(characters.by(tuple(sorted(drawers)))), runs)


def _measured(accuracy: RunsAccuracy) -> Measured:
    return Measured(accuracy.accuracy, accuracy.standard_error, f"{accuracy.trials} trials")
