"""Work of a training in operations: the same number on every machine, however busy it is."""

from __future__ import annotations

from functools import cache

import torch
from torch.utils.flop_counter import FlopCounterMode

from hpo.reproduce.paper_search.compared import pictures_of_step
from model.config import NetworkConfig, RunConfig
from model.network.siamese import SiameseNetwork

BACKWARD = 3
"""A step's operations for each of the forward pass: the gradients of what a layer is given and of
its weights take as many again."""


def epoch_operations(run: RunConfig) -> int:
    """Floating-point operations of an epoch's products and convolutions, forward and backward.

    Raises:
        RuntimeError: the network cannot exist.
    """
    pictures = run.train.steps_per_epoch * pictures_of_step(run)
    return BACKWARD * pictures * _of_a_picture(run.network)


@cache
def _of_a_picture(network: NetworkConfig) -> int:
    """Operations of one picture's embedding."""
    with torch.device("meta"):  # shapes alone, nothing is computed
        twin = SiameseNetwork(network)
        picture = torch.empty(1, 1, network.size, network.size)
    with FlopCounterMode(display=False) as counter:
        twin.embed(picture)
    return int(counter.get_total_flops())
