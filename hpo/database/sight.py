"""What a sampler or pruner sees of a study: all of its trials, or only those of low numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import optuna

from hpo.database.optuna_private import forget_trials


@dataclass(frozen=True)
class Sight:
    """The trials that a storage shows, and what it was asked to store meanwhile.

    Attributes:
        below: trials of lower number are shown, and no others.
        held: system attributes that are not stored yet: a trial's id, a name and a value each.
    """

    below: int
    held: list[tuple[int, str, Any]] = field(default_factory=list)


LIMITED: ContextVar[Sight | None] = ContextVar("LIMITED", default=None)
"""What this thread sees; None sees all. Other threads, such as the heartbeat's, see all."""


@contextmanager
def limited(study: optuna.Study, below: int) -> Iterator[Sight]:
    """Within the block this thread sees only the study's trials with numbers below this one.

    It works in the storage, for samplers and pruners ask it in many ways, and Hyperband makes
    studies of its own. System attributes that they set are held, for the caller to store.
    """
    sight = Sight(below)
    forget_trials(study)
    before = LIMITED.set(sight)
    try:
        yield sight
    finally:
        LIMITED.reset(before)
        forget_trials(study)
