"""A configuration's values as people read them: of the whole network, and layer by layer."""

from __future__ import annotations

from typing import Any

from model.config import RunConfig

LAYER_HEADINGS = ("layer", "filters", "kernel", "learning rate", "momentum", "L2")


def layer_rows(config: RunConfig) -> list[tuple[str, ...]]:
    """A row a layer, under `LAYER_HEADINGS`: how it is built, how it learns."""
    rows = []
    convolutions = config.network.convolutions
    for position, (name, layer) in enumerate(
        zip(config.network.layer_names, config.train.layers, strict=True)
    ):
        filters = kernel = ""
        if position < len(convolutions):
            convolution = convolutions[position]
            filters = str(convolution.filters)
            kernel = f"{convolution.kernel}x{convolution.kernel}"
        rate = config.train.learning_rate * layer.learning_rate
        values = (f"{value:.3g}" for value in (rate, layer.momentum, layer.l2))
        rows.append((name, filters, kernel, *values))
    return rows


def whole_network(config: RunConfig) -> dict[str, Any]:
    """The values that are not one layer's; of how long it trained, the epochs alone."""
    network, train = config.network, config.train
    batch = (
        f"{train.batch.pairs} pairs"
        if train.loss == "pairs"
        else f"{train.batch.characters} characters, alphabets: {train.batch.alphabets},"
        f" drawers: {train.batch.drawers}"
    )
    temperature = train.softmax_temperature
    return {
        "size": network.size,
        "units": network.units,
        "initialisation": network.initialisation,
        "batch norm": "on" if network.batch_norm else "off",
        "centred": f"on, resized {network.resized:.2g}" if network.centred else "off",
        **({"copies": network.copies} if network.copies > 1 else {}),
        **({"distance": "L2"} if network.distance == "l2" else {}),
        "loss": train.loss,
        **({"temperature": f"{temperature:.3g}"} if temperature is not None else {}),
        "batch": batch,
        "optimiser": train.optimiser,
        "schedule": train.schedule,
        **({"averaging": train.averaging} if train.averaging else {}),
        "affine": f"{train.distortion.affine:.3g}"
        + (f", {train.distortion.fixed} fixed" if train.distortion.fixed else ""),
        "elastic": f"{train.distortion.elastic:.3g}",
        **({"stroke": f"{train.distortion.stroke:.2g}"} if train.distortion.stroke else {}),
        "symmetries": "on" if train.batch.symmetries else "off",
        **({"composed": f"{train.batch.composed:.2g}"} if train.batch.composed else {}),
        **({"marked": f"{train.batch.marked:.2g}"} if train.batch.marked else {}),
        **({"bent": f"{train.batch.bent:.2g}"} if train.batch.bent else {}),
        **({"share": f"{train.pictures.share:.2g}"} if train.pictures.extra else {}),
        **({"initial": train.initial} if train.initial else {}),
        **({"teacher": train.teacher} if train.teacher and train.loss == "one-shot" else {}),
        "epochs": train.epochs,
    }
