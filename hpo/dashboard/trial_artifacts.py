"""What a finished trial carries for the dashboard: its artifacts and its note."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import optuna
from optuna.artifacts import get_all_artifact_meta, upload_artifact
from optuna.exceptions import UpdateFinishedTrialError

from data.full_disk import no_room
from hpo.dashboard.notes import save_trial_note
from hpo.dashboard.pictures import accuracy_bars, learning_curves, one_shot_trials
from hpo.database.opening import STORAGE_ERRORS
from hpo.database.optuna_private import artifact_path
from hpo.runtime.files import write_bytes
from hpo.storage.artifacts import ArtifactStore
from model.config_file import to_toml
from model.evaluation.scores import hardest_one_shot_trials, one_shot_accuracy
from model.training.trainer import Trainer

KINDS = {".svg": "image/svg+xml", ".png": "image/png", ".toml": "text/plain"}
"""MIME types by ending: the dashboard shows pictures in the page, and browsers plain text."""
PICTURES = ("learning-curves.svg", "alphabets.svg", "hardest-trials.png")
NOT_OURS: tuple[type[Exception], ...] = (*STORAGE_ERRORS, UpdateFinishedTrialError)
"""Failures that `present` raises: the storage's, and that another worker has ended the trial."""

log = logging.getLogger(__name__)


def present(
    trial: optuna.Trial, trainer: Trainer, dataset: str, store: ArtifactStore, stopped: bool
) -> None:
    """Puts a trial's pictures and configuration into the store, and writes its note.

    Called when its training is over and the study has not been told. A trial that was stopped early
    carries its configuration and a note alone. A failure is logged, but for the storage's own and a
    full disk's.
    """
    try:
        files = {f"trial-{trial.number}.toml": to_toml(trainer.config, dataset).encode()}
        if not stopped:
            files |= _pictures(trainer)
        kept = _keep(trial, store, files)
        pictures = {name: artifact_path(trial, kept[name]) for name in files if name in PICTURES}
        characters = trainer.data.validation
        save_trial_note(trial, trainer.config, trainer.history, pictures, stopped, characters)
    except NOT_OURS:
        raise
    except Exception as error:
        if (full := no_room(error)) is not None:
            raise full from error
        log.warning("trial %d: it lacks artifacts or a note", trial.number, exc_info=True)


def _pictures(trainer: Trainer) -> dict[str, bytes]:
    scores, way = trainer.best_scores(), trainer.data.validation.way
    accuracy, hardest = one_shot_accuracy(scores, way), hardest_one_shot_trials(scores)
    pictures = (
        learning_curves(trainer.history).encode(),
        accuracy_bars(accuracy.per_alphabet, accuracy.value, way).encode(),
        one_shot_trials(hardest, trainer.data.validation),
    )
    return dict(zip(PICTURES, pictures, strict=True))


def _keep(
    trial: optuna.Trial, store: ArtifactStore, files: Mapping[str, bytes]
) -> Mapping[str, str]:
    """Makes artifacts of files, by name; returns their identifiers."""
    # Those of a worker that died when the training was over and the study not told. If it died
    # between a name and its content, the content comes now.
    kept = {meta.filename: meta.artifact_id for meta in get_all_artifact_meta(trial)}
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            if name in kept:
                store.write(kept[name], BytesIO(content))
                continue
            file = Path(folder) / name
            write_bytes(file, content)
            kept[name] = upload_artifact(
                artifact_store=store,
                file_path=str(file),
                study_or_trial=trial,
                mimetype=KINDS[file.suffix],
            )
    return kept
