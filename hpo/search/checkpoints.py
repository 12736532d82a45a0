"""Trials' checkpoints in an artifact store, where a worker on another machine finds them too."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj

import optuna
from optuna.artifacts.exceptions import ArtifactNotFound

from hpo.storage.artifacts import ArtifactStore, Folder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoints:
    """The last epoch of each unfinished trial.

    Attributes:
        store: shared by all workers, if they are to take up each other's trials.
        scratch: this worker's own folder.
    """

    store: ArtifactStore
    scratch: Path

    def file(self, trial: optuna.Trial) -> Path:
        """The file in which this worker's trainer keeps the trial's checkpoint."""
        return self.scratch / f"trial-{trial.number}.safetensors"

    def fetch(self, trial: optuna.Trial, epochs: int) -> None:
        """Puts the trial's last checkpoint where `file` says; where there is none, nothing.

        Args:
            trial: to be gone on with.
            epochs: that it has reported. Each was kept before, so its checkpoint is whole.
        """
        file = self.file(trial)
        file.unlink(missing_ok=True)
        if epochs == 0:
            return
        try:
            name = _name(trial, epochs - 1)
            with self.store.open_reader(name) as source, file.open("wb") as target:
                copyfileobj(source, target)
        except ArtifactNotFound:
            log.warning(
                "trial %d: its checkpoint is not in this store; it starts again", trial.number
            )

    def keep(self, trial: optuna.Trial, epoch: int) -> None:
        """Takes the file into the store; the one before stays until this one is whole.

        It may be gone from where it was: the trainer writes its next one from nothing.
        """
        file, name = self.file(trial), _name(trial, epoch)
        if isinstance(self.store, Folder) and self.store.move(name, file):
            return
        with file.open("rb") as source:
            self.store.write(name, source)

    def drop(self, trial: optuna.Trial) -> None:
        """The trial is finished."""
        self.file(trial).unlink(missing_ok=True)
        for epoch in range(2):
            try:
                self.store.remove(_name(trial, epoch))
            except ArtifactNotFound:
                pass
            except Exception as error:  # what is left there harms nobody
                log.warning("trial %d: its checkpoint stays in the store: %s", trial.number, error)


def _name(trial: optuna.Trial, epoch: int) -> str:
    return f"{trial.study.study_name}-{trial.number}-{epoch % 2}"
