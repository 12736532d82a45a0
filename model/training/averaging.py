"""A moving average of a network's weights over the steps of its training."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from model.network.siamese import SiameseNetwork


def averaged(network: SiameseNetwork, keep: float) -> AveragedModel | None:
    """The average, to be updated after each step; `module` has its weights. None for 0.

    Args:
        keep: what part of the average a step leaves; less in the first steps, so that it does not
            remember the initial weights.
    """
    if keep == 0:
        return None

    def follow(
        averages: tuple[Tensor, ...] | list[Tensor],
        weights: tuple[Tensor, ...] | list[Tensor],
        steps: Tensor | int,
    ) -> None:
        if not averages[0].is_floating_point():  # how many batches a normalisation has seen
            torch._foreach_copy_(averages, weights)
            return
        # In tensors throughout: a number would have to wait for the GPU.
        part = 1 - ((1 + torch.as_tensor(steps)) / (10 + steps)).clamp(max=keep)
        change = torch._foreach_sub(weights, averages)
        torch._foreach_mul_(change, part)
        torch._foreach_add_(averages, change)

    # With the buffers: a batch normalisation's mean and variance belong to the weights before it.
    return AveragedModel(network, multi_avg_fn=follow, use_buffers=True)
