"""Epoch reports: what a training yields after each epoch."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class EpochReport:
    """Report of one epoch that is validated and whose checkpoint is written.

    Attributes:
        epoch: 0-based.
        loss: mean over the epoch's steps, without L2; may be nan or inf.
        accuracy: accuracy on the validation characters, 0 to 1; N-way one-shot accuracy, unless
            `TrainConfig.validation` is "verification".
        standard_error: standard error of `accuracy`.
        best_epoch: the epoch with the best accuracy so far.
        best_accuracy: that epoch's accuracy.
        best_standard_error: standard error of `best_accuracy`.
        seconds: seconds of this epoch, validation included.
        pictures_per_second: speed of the training alone, selection and distortion included.
        verification: verification accuracy on the validation characters, 0 to 1, see
            `verification_accuracy`; None if validation is sampled.
    """

    epoch: int
    loss: float
    accuracy: float
    standard_error: float
    best_epoch: int
    best_accuracy: float
    best_standard_error: float
    seconds: float
    pictures_per_second: float
    verification: float | None = None

    def after(self, before: EpochReport) -> EpochReport:
        """This report with the best epoch so far, given that of the epoch before.

        Of equal accuracies the first stays the best.
        """
        if self.accuracy > before.best_accuracy:
            return self
        return replace(
            self,
            best_epoch=before.best_epoch,
            best_accuracy=before.best_accuracy,
            best_standard_error=before.best_standard_error,
        )
