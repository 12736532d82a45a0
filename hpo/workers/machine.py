"""The share of a study's work that one machine takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """The share of a study's work that this machine takes.

    Attributes:
        workers: number of processes that train; a single one is this process itself.
        device: device that they train on: auto, cpu, cuda or cuda:N.
        data_root: folder that holds Omniglot, or the place of a study's `folder:PATH` on this
            machine; None to look in the usual places.
        tensorboard: folder for TensorBoard's logs of its trainings; None for no such logs.
    """

    workers: int = 1
    device: str = "auto"
    data_root: Path | None = None
    tensorboard: Path | None = None
