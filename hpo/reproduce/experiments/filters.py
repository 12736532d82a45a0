"""The first layer's learned filters, as in the paper's figure."""

from __future__ import annotations

from math import ceil, sqrt

from matplotlib.figure import Figure
from torch import Tensor

from data.errors import InputError
from hpo.reproduce.context import Context
from hpo.reproduce.table import Column, Measured, Row, Table
from model.network.siamese import SiameseNetwork


def run(context: Context) -> Table:
    """Shows the first layer's filters of one network; trains none."""
    network = context.trained_network()
    if not isinstance(network, SiameseNetwork):
        raise InputError(
            f"--network {context.network.folder}: holds an ensemble of {network.networks} networks;"
            " filters are shown of a single one"
        )
    config, first = network.config, network.layer_parameters()[0][0]
    weights = first.detach().cpu()[:, 0]
    norms = weights.flatten(1).norm(dim=1)
    count, side, _ = weights.shape
    return Table(
        title="the first layer's learned filters",
        of="layer",
        columns=(
            Column("filters", percent=False),
            Column("kernel", percent=False),
            Column("smallest norm", percent=False),
            Column("largest norm", percent=False),
        ),
        rows=[
            Row(
                config.layer_names[0],
                (
                    count,
                    f"{side}x{side}",
                    Measured(float(norms.min())),
                    Measured(float(norms.max())),
                ),
            )
        ],
        notes=(
            f"For pictures of {config.size}x{config.size}. White is for ink, black against it, on"
            " one scale for all; those with the largest norm come first.",
        ),
        figures={"filters": _grid(weights[norms.argsort(descending=True)])},
    )


def _grid(weights: Tensor) -> Figure:
    """Filters float [n, side, side] as grey squares."""
    columns = ceil(sqrt(len(weights)))
    rows = ceil(len(weights) / columns)
    limit = float(weights.abs().max())
    figure = Figure(figsize=(0.8 * columns, 0.8 * rows), layout="constrained")
    for place, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        axes.axis("off")
        if place < len(weights):
            axes.imshow(weights[place].numpy(), cmap="gray", vmin=-limit, vmax=limit)
    return figure
