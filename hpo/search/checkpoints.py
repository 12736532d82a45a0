"""Checkpoints of trials in an artifact store, where workers of other machines find them too."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj

import optuna
from optuna.artifacts.exceptions import ArtifactNotFound

from data.whole_files import clear_begun, replacing
from hpo.storage.artifacts import ArtifactStore, Folder, ListedStore
from hpo.storage.store_patience import PatientStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoints:
    """Checkpoints: the last epoch of each unfinished trial.

    Attributes:
        store: store of checkpoints; workers that share it can go on with each other's trials.
        scratch: folder of this worker alone.
        begin_with: what the names in the store begin with; "" takes the study's name.
    """

    store: ArtifactStore
    scratch: Path
    begin_with: str = ""

    def file(self, trial: optuna.Trial) -> Path:
        """The file in which this worker's trainer keeps the trial's checkpoint."""
        return self.scratch / f"trial-{trial.number}.safetensors"

    def fetch(self, trial: optuna.Trial, epochs: int) -> None:
        """Copies the trial's last checkpoint from the store to `file`, if there is one.

        Args:
            trial: trial that goes on.
            epochs: number of epochs that it has reported. Each was kept before it was reported, so
                the last one's checkpoint is whole.
        """
        file = self.file(trial)
        file.unlink(missing_ok=True)
        if epochs == 0:
            return
        name = self._name(trial, epochs - 1)

        def copy() -> None:
            with (
                self.store.open_reader(name) as source,
                replacing(file) as partial,
                partial.open("wb") as target,
            ):
                copyfileobj(source, target)

        try:
            self._patient.ask(copy)
        except ArtifactNotFound:
            log.warning(
                "trial %d: its checkpoint is not in this store; it starts again", trial.number
            )

    def keep(self, trial: optuna.Trial, epoch: int) -> None:
        """Puts the trial's `file` into the store; the checkpoint before stays until it is whole.

        The file may be moved rather than copied: the trainer writes its next one anew.

        Args:
            trial: trial that trains.
            epoch: the epoch that was trained, counted from 0.
        """
        file, name = self.file(trial), self._name(trial, epoch)
        if self._patient.move(name, file):
            return
        with file.open("rb") as source:
            self._patient.write(name, source)

    def drop(self, trial: optuna.Trial) -> None:
        """Removes the checkpoints of a trial that is finished."""
        self.file(trial).unlink(missing_ok=True)
        for epoch in range(2):
            try:
                self._patient.remove(self._name(trial, epoch))
            except ArtifactNotFound:
                pass
            except Exception as error:  # a checkpoint that stays harms nobody
                log.warning("trial %d: its checkpoint stays in the store: %s", trial.number, error)

    def _name(self, trial: optuna.Trial, epoch: int) -> str:
        return f"{self.begin_with or trial.study.study_name}-{trial.number}-{epoch % 2}"

    @property
    def _patient(self) -> PatientStore:
        return PatientStore(self.store)


def clear_finished(study: optuna.Study, store: ListedStore, begin_with: str = "") -> None:
    """Removes checkpoints of finished trials from a store, and files that were begun only.

    Whoever finished the trial may have been killed just then, or may have had another store.

    Args:
        begin_with: what the names in the store begin with; "" takes the study's name.
    """
    finished = {t.number for t in study.get_trials(deepcopy=False) if t.state.is_finished()}
    beginning = f"{begin_with or study.study_name}-"
    if isinstance(store, Folder):
        clear_begun(store.path)
    of_trials = re.compile(re.escape(beginning) + r"(\d+)-[01]")
    try:
        for name in store.names(beginning):
            found = of_trials.fullmatch(name)
            if found and int(found[1]) in finished:
                with suppress(ArtifactNotFound):  # another process was faster
                    store.remove(name)
    except Exception as error:  # checkpoints that stay harm nobody
        log.warning("checkpoints of finished trials may stay in the store: %s", error)
