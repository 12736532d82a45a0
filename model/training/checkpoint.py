"""A training's state in a file: the network as it is, at its best, and averaged, the optimiser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from model.network.siamese import SiameseNetwork
from model.network.weights import write_tensors


def write_checkpoint(
    path: Path,
    document: dict[str, Any],
    network: SiameseNetwork,
    best: dict[str, Tensor],
    optimiser: Optimizer,
    average: AveragedModel | None,
) -> None:
    """Writes what `restore` takes, and the document with it; `best` are weights."""
    tensors = {f"network.{k}": v for k, v in network.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in best.items()}
    if average is not None:
        tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{k}": v for k, v in state.items() if v is not None}
    write_tensors(tensors, document, path)


def restore(
    tensors: dict[str, Tensor],
    network: SiameseNetwork,
    optimiser: Optimizer,
    average: AveragedModel | None,
) -> dict[str, Tensor]:
    """Sets all three to a checkpoint's; returns the best weights, on their device."""
    parts: dict[str, dict[str, Tensor]]
    parts = {"network": {}, "best": {}, "average": {}, "optimiser": {}}
    for name, tensor in tensors.items():
        part, _, key = name.partition(".")
        parts[part][key] = tensor
    network.load_state_dict(parts["network"])
    if average is not None:
        average.load_state_dict(parts["average"])
    states = optimiser.state_dict()
    for name, tensor in parts["optimiser"].items():
        number, _, key = name.partition(".")
        # The fused optimisers go through memory in the weights' own order.
        tensor = (
            tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor
        )
        states["state"].setdefault(int(number), {})[key] = tensor
    optimiser.load_state_dict(states)
    device = next(network.parameters()).device
    return {k: v.to(device) for k, v in parts["best"].items()}
