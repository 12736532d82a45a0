"""Optimisers: each layer has a learning rate, momentum and L2 weight of its own."""

from __future__ import annotations

from math import cos, pi

import torch

from model.config import TrainConfig
from model.network.siamese import SiameseNetwork

FIRST_MOMENTUM = 0.5
"""Every layer's momentum in the first epoch (the paper's section 3.2)."""
SECOND_MOMENT = 0.999
"""Adam's decay of the squared gradients; its momentum (beta 1) is the layer's."""
LARGEST_BETA = SECOND_MOMENT
"""Adam's momentum at most. With 1 its mean of the gradients takes in no new one, and is divided by
zero; a little below, its steps grow, for that mean is taken to have begun with this momentum."""
DECAY = 0.99
"""Factor of every learning rate from one epoch to the next (the paper's section 3.2)."""
STEP, STEPS_AFTER = 0.1, (0.5, 0.75)
"""Schedule "steps": the factor of every learning rate, and after which parts of the epochs."""


def make_optimiser(network: SiameseNetwork, config: TrainConfig) -> torch.optim.Optimizer:
    """Makes SGD or Adam with two parameter groups per layer: its weights, and what has no L2.

    The paper's term `lambda * ||w||^2` has the gradient `2 * lambda * w`, while torch's
    `weight_decay` adds `weight_decay * w`: hence the factor two.

    Raises:
        ValueError: `config.layers` has not one entry per layer of the network.
    """
    groups = []
    layers = zip(network.layer_parameters(), config.layers, strict=True)
    for number, (parameters, layer) in enumerate(layers):
        weights = [p for p in parameters if p.dim() > 1]
        others = [p for p in parameters if p.dim() <= 1]
        groups.append({"params": weights, "layer": number, "weight_decay": 2 * layer.l2})
        groups.append({"params": others, "layer": number, "weight_decay": 0.0})
    if config.optimiser == "sgd":
        return torch.optim.SGD(groups, lr=0.0, momentum=FIRST_MOMENTUM, fused=True)
    assert config.optimiser == "adam", config.optimiser
    return torch.optim.Adam(groups, lr=0.0, betas=(FIRST_MOMENTUM, SECOND_MOMENT), fused=True)


def set_epoch(optimiser: torch.optim.Optimizer, config: TrainConfig, epoch: int) -> None:
    """Sets the learning rates and momenta of an epoch (0-based).

    Rates fall as `TrainConfig.schedule` says. Momentum rises linearly from 0.5 in the first epoch
    to the layer's own value in the last (the paper's section 3.2), with Adam no further than to
    `LARGEST_BETA`.
    """
    done = epoch / config.epochs
    if config.schedule == "decay":
        factor = DECAY**epoch
    elif config.schedule == "steps":
        factor = STEP ** sum(done >= after for after in STEPS_AFTER)
    else:
        assert config.schedule == "cosine", config.schedule
        factor = (1 + cos(pi * (epoch + 0.5) / config.epochs)) / 2
    rise = epoch / max(1, config.epochs - 1)
    for group in optimiser.param_groups:
        layer = config.layers[group["layer"]]
        group["lr"] = config.learning_rate * layer.learning_rate * factor
        momentum = FIRST_MOMENTUM + rise * (layer.momentum - FIRST_MOMENTUM)
        if config.optimiser == "sgd":
            group["momentum"] = momentum
        else:
            group["betas"] = (min(momentum, LARGEST_BETA), SECOND_MOMENT)
