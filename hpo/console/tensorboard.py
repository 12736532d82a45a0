"""Trainings as TensorBoard's logs: a run for each trial or retraining, a point an epoch."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import InputError

if TYPE_CHECKING:
    from model.training.epoch_report import EpochReport


def check_tensorboard() -> None:
    """Makes sure that TensorBoard's package is installed.

    Raises:
        InputError: it is not.
    """
    if find_spec("tensorboard") is None:  # an extra
        raise InputError(
            "--log tensorboard: needs the package tensorboard: pip install '.[tensorboard]'"
        )


class TensorBoardLog:
    """Writes trainings that run side by side, each into a folder of its own.

    A training that goes on after an interruption goes on in its folder.
    """

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: folder that gets a folder for each training.
        """
        self._folder = folder
        self._writers: dict[int, Any] = {}

    def started(self, what: str, part: int) -> None:
        """Begins the log of a training.

        Args:
            what: its name, such as "trial 3".
            part: which of those side by side it is.
        """
        from torch.utils.tensorboard.writer import SummaryWriter  # takes a second to import

        self.ended(part)
        name = re.sub(r"[^\w.-]+", "-", what, flags=re.ASCII).strip("-")
        self._writers[part] = SummaryWriter(str(self._folder / name))

    def epoch_done(self, report: EpochReport, part: int) -> None:
        """Writes an epoch of a training into its log."""
        writer = self._writers.get(part)
        if writer is None:
            return
        values = {
            "loss": report.loss,
            "validation/one-shot accuracy": report.accuracy,
            "validation/best one-shot accuracy": report.best_accuracy,
            "validation/verification accuracy": report.verification,
            "pictures a second": report.pictures_per_second,
        }
        for name, value in values.items():
            if value is not None:
                writer.add_scalar(name, value, report.epoch + 1)
        writer.flush()

    def ended(self, part: int) -> None:
        """Ends the log of a training that is over."""
        if (writer := self._writers.pop(part, None)) is not None:
            writer.close()

    def close(self) -> None:
        """Ends the logs of all trainings."""
        for part in tuple(self._writers):
            self.ended(part)
