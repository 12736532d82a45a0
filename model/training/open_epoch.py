"""An epoch under way: how far it is, and what a training needs to go on in its middle."""

from __future__ import annotations

import time

import torch
from torch import Tensor

from model.training.speed import Speed


class OpenEpoch:
    """An epoch that is under way.

    Attributes:
        steps: number of steps that are done.
        loss: their sum of losses, float32 [].
        generator: random numbers of the distortions.
        speed: speed of the steps since the training began or went on; of all steps, where these are
            too few.

    Example:
        >>> epoch = OpenEpoch(torch.Generator().manual_seed(0))
        >>> epoch.step_done(torch.tensor(0.5), pictures=160)
        >>> later = OpenEpoch(torch.Generator().manual_seed(0))
        >>> later.restore(epoch.state())
        >>> later.steps, float(later.loss)
        (1, 0.5)
    """

    def __init__(self, generator: torch.Generator) -> None:
        """Begins an epoch.

        Args:
            generator: random numbers of the distortions, seeded for this epoch, on the training's
                device.
        """
        self.generator = generator
        self.steps = 0
        self.loss = torch.zeros((), device=generator.device)
        self.speed = Speed()
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds spent on it, those before an interruption too."""
        return time.perf_counter() - self._began

    def step_done(self, loss: Tensor, pictures: int) -> None:
        """Counts a step: its loss, float32 [], and its number of pictures."""
        self.loss += loss
        self.steps += 1
        self.speed.step_done(pictures)

    def state(self) -> dict[str, Tensor]:
        """All that it takes to go on, but for the weights and the optimiser."""
        return {
            "steps": torch.tensor(self.steps),
            "loss": self.loss,
            "seconds": torch.tensor(self.seconds, dtype=torch.float64),
            "distortions": self.generator.get_state(),
        }

    def restore(self, state: dict[str, Tensor]) -> None:
        """Sets an epoch that has just begun to an earlier one's state.

        The random numbers go on where they were on the same kind of device, and begin anew on
        another.

        Raises:
            KeyError, RuntimeError, TypeError, ValueError: it is no such state.
        """
        stored, fresh = state["distortions"], self.generator.get_state()
        # A generator on another kind of device has a state of another size, which means nothing
        # here. The rest of the epoch is distorted by this one's numbers then: better than to lose
        # all epochs.
        if stored.dtype != fresh.dtype or stored.shape == fresh.shape:
            self.generator.set_state(stored)
        self.loss = state["loss"].reshape(()).to(self.loss)
        self.steps = int(state["steps"])
        seconds = float(state["seconds"])
        self._began -= seconds
        self.speed = Speed(seconds)
