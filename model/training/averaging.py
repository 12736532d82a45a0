"""Averaging: a moving average of a network's weights over the steps of its training."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from model.network.siamese import SiameseNetwork


def averaged(network: SiameseNetwork, keep: float) -> AveragedModel | None:
    """Makes a moving average of a network's weights; None if `keep` is 0.

    `update_parameters` is called after each step; `module` is the network with average weights.

    Args:
        network: the network that is trained.
        keep: the part of the average that a step keeps; less in the first steps, so that the
            average does not remember the initial weights.
    """
    if keep == 0:
        return None

    def follow(
        averages: tuple[Tensor, ...] | list[Tensor],
        weights: tuple[Tensor, ...] | list[Tensor],
        steps: Tensor | int,
    ) -> None:
        if not averages[0].is_floating_point():  # a normalisation's count of batches
            torch._foreach_copy_(averages, weights)
            return
        # Only tensors: a Python number would have to wait for the GPU.
        part = 1 - ((1 + torch.as_tensor(steps)) / (10 + steps)).clamp(max=keep)
        change = torch._foreach_sub(weights, averages)
        torch._foreach_mul_(change, part)
        torch._foreach_add_(averages, change)

    # With the buffers: a batch normalisation's mean and variance belong to the weights before it.
    return AveragedModel(network, multi_avg_fn=follow, use_buffers=True)
