"""Checkpoints: a training's state as a file, from which it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from data.errors import InputError
from model.config import RunConfig
from model.network.siamese import SiameseNetwork
from model.network.weights import read_tensors, write_tensors
from model.stored_config import what_else
from model.training.open_epoch import OpenEpoch


class ForeignCheckpoint(InputError):  # noqa: N818 - named as the others are
    """The checkpoint that a training was to go on from is another training's."""


def write_checkpoint(
    path: Path,
    document: dict[str, Any],
    network: SiameseNetwork,
    optimiser: Optimizer,
    average: AveragedModel | None,
    best: dict[str, Tensor],
    under_way: OpenEpoch | None,
) -> None:
    """Writes a training's state and a JSON document into a file, whole or not at all.

    Args:
        path: the file.
        document: what else belongs to the state.
        network: as it is.
        optimiser: whose momenta are stored.
        average: the moving average of the weights, if there is one.
        best: the best epoch's weights; none before the first epoch's end.
        under_way: the epoch in whose middle the training is; None between two.

    Raises:
        NoRoom: the disk takes nothing more.
        WorkFailed: the file cannot be written there.
    """
    tensors = {f"network.{k}": v for k, v in network.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in best.items()}
    if average is not None:
        tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{k}": v for k, v in state.items() if v is not None}
    if under_way is not None:
        tensors |= {f"epoch.{k}": v for k, v in under_way.state().items()}
    write_tensors(tensors, document, path)


def what_else_in(path: Path, config: RunConfig, networks: Mapping[str, str]) -> str | None:
    """What a file that is another training's checkpoint has of its own, see `what_else`.

    Returns:
        None if it is this training's, or cannot be read.
    """
    try:
        _, document = read_tensors(path)
    except InputError:
        return None
    return what_else(config, networks, document)


def restore(
    tensors: dict[str, Tensor],
    network: SiameseNetwork,
    optimiser: Optimizer,
    average: AveragedModel | None,
    begun: OpenEpoch,
) -> dict[str, Tensor]:
    """Sets network, optimiser, average and epoch to a checkpoint's state; returns the best weights.

    Args:
        tensors: those of the checkpoint's file.
        network: built from the checkpoint's configuration; the best weights go to its device.
        optimiser: this network's optimiser.
        average: moving average of this network, if the configuration averages weights.
        begun: the next epoch; stays without steps if the checkpoint was written after an epoch.
    """
    parts: dict[str, dict[str, Tensor]]
    parts = {"network": {}, "best": {}, "average": {}, "optimiser": {}, "epoch": {}}
    for name, tensor in tensors.items():
        part, _, key = name.partition(".")
        parts[part][key] = tensor
    network.load_state_dict(parts["network"])
    if average is not None:
        average.load_state_dict(parts["average"])
    states = optimiser.state_dict()
    for name, tensor in parts["optimiser"].items():
        number, _, key = name.partition(".")
        # The fused optimisers need their state in the weights' own order in memory.
        tensor = (
            tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor
        )
        states["state"].setdefault(int(number), {})[key] = tensor
    optimiser.load_state_dict(states)
    if parts["epoch"]:
        begun.restore(parts["epoch"])
    device = next(network.parameters()).device
    return {k: v.to(device) for k, v in parts["best"].items()}
