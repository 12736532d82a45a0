"""A process that is killed while it enqueues trials."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import optuna
import pytest
from optuna.trial import FrozenTrial


@contextmanager
def killed_at_the_second(study: optuna.Study) -> Iterator[None]:
    """Within the block the first trial is enqueued, and the second ends it."""
    add, calls = study.add_trial, count(1)

    def add_one(trial: FrozenTrial) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        add(trial)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "add_trial", add_one)
        with pytest.raises(KeyboardInterrupt):
            yield
    assert len(study.trials) == 1
