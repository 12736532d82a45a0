"""The context of an experiment: data, size, seeds, folder, machine, network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from data.collection import Collection
from data.errors import InputError
from hpo.finish.held_out import network_in
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.workers.machine import Machine
from model.device import resolve_device
from model.network.distance import TwinNetwork

Size = Literal["small", "paper"]
PIXELS = {"small": 35, "paper": 105}
DEFAULT_NETWORK = Workspace.of("quick")


@dataclass(frozen=True)
class Context:
    """Everything that an experiment is given.

    Attributes:
        collection: the data set.
        size: "small" trains on 35x35 pictures, "paper" on the paper's 105x105.
        seeds: how often each network is trained.
        folder: the experiment's own; results and trainings are kept there.
        machine: workers, device and data root, as on the command line.
        network: folder of the trained network to measure, for experiments that train none.
        part: the part of the experiment to do, of one that has parts; None does all.
    """

    collection: Collection
    size: Size
    seeds: int
    folder: Path
    machine: Machine
    network: TrainedFolder = DEFAULT_NETWORK
    part: str | None = None

    @property
    def device(self) -> torch.device:
        return resolve_device(self.machine.device)

    @property
    def pixels(self) -> int:
        """Height and width of the pictures to train on."""
        return PIXELS[self.size]

    def trained_network(self) -> TwinNetwork:
        """The network to measure, on the device.

        Raises:
            InputError: there is none, or it was trained on another data set.
        """
        if not self.network.weights.is_file():
            raise InputError(
                f"--network {self.network.folder}: holds no trained network"
                f" ({self.network.weights.name}); run_study.py run quick leaves one in runs/quick"
            )
        network, dataset = network_in(self.network)
        if dataset not in ("auto", self.collection.name):
            raise InputError(
                f"--network {self.network.folder}: was trained on {dataset}, here is"
                f" {self.collection.name}"
            )
        return network.to(self.device)


def size_for(device: torch.device) -> Size:
    """The paper's size where there is a GPU."""
    return "paper" if device.type == "cuda" else "small"
