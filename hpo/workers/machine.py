"""What a machine gives to a study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """The share of a study's work that this machine takes.

    Attributes:
        workers: how many processes; a single one is this process.
        device: auto, cpu, cuda or cuda:N.
        data_root: where Omniglot is; None, wherever it is found.
    """

    workers: int = 1
    device: str = "auto"
    data_root: Path | None = None
