"""Who is told how trainings go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from optuna.trial import FrozenTrial

if TYPE_CHECKING:
    from model.training.trainer import EpochReport


class Reporter(Protocol):
    """Who is told how trainings go: the terminal, or the process that started this worker."""

    def started(self, what: str, epochs: int) -> None: ...
    def finished(self, line: str) -> None: ...
    def trial_started(self, number: int, epochs: int) -> None: ...
    def epoch_done(self, report: EpochReport) -> None: ...
    def trial_finished(self, trial: FrozenTrial) -> None: ...
    def ended(self, line: str) -> None: ...
