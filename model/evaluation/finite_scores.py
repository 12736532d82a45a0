"""The check that a network's answers are made of finite numbers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from torch import Tensor

from data.errors import InputError


def check_scores(scores: Iterable[Tensor], weights: Path) -> None:
    """Checks that a network's scores, and what was made of them, are finite.

    Finite weights do not make them so: large ones give embeddings and differences beyond float32.

    Args:
        scores: scores, of any shapes.
        weights: the network's file, for the error.

    Raises:
        InputError: some are not.

    Example:
        >>> import torch
        >>> check_scores([torch.tensor([0.5, torch.nan])], Path("best.safetensors"))
        Traceback (most recent call last):
        data.errors.InputError: best.safetensors: its network's scores are not finite
    """
    if not all(bool(some.isfinite().all()) for some in scores):
        raise InputError(f"{weights}: its network's scores are not finite")
