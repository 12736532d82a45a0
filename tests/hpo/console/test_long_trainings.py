"""Trainings of a thousand epochs and more, as they are shown under way."""

from __future__ import annotations

import pytest

from hpo.console.progress import Progress
from model.training.epoch_report import EpochReport


@pytest.mark.parametrize(
    ("epochs", "share", "shown"),
    [
        (12, 0.34, "12.3"),
        (123, 0.0, "123"),
        (123, 0.74, "124"),
        (999, 0.7, "999"),
        (1000, 0.0, "1000"),
        (1234, 0.5, "1234"),
        (10_000, 0.0, "10000"),
    ],
)
def test_epochs_are_whole_numbers(epochs: int, share: float, shown: str) -> None:
    with Progress("retraining", total=1) as progress:
        progress.started("seed 1", epochs=20_000)
        progress.epoch_done(EpochReport(epochs - 1, 1.5, 0.5, 0.01, 0, 0.5, 0.01, 2.0, 1234.0))
        if share:
            progress.steps_done(share, 1234.0)
        assert [task.fields["count"] for task in progress._bars.tasks][-1] == f"{shown}/20000"
        assert f"seed 1 epoch {shown}/20000 best 50.0%" in progress._under_way()
