"""What a finished trial carries for the dashboard: its artifacts and its note."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from pathlib import PurePath
from uuid import uuid4

import optuna
from optuna.artifacts import ArtifactMeta, get_all_artifact_meta
from optuna.artifacts._protocol import ArtifactStore
from optuna.artifacts._upload import ARTIFACTS_ATTR_PREFIX
from optuna.exceptions import UpdateFinishedTrialError

from hpo.dashboard.notes import save_trial_note
from hpo.dashboard.pictures import accuracy_bars, hard_trials, learning_curves
from hpo.storage.database import STORAGE_ERRORS
from model.config_file import to_toml
from model.evaluation.scores import hardest_trials, one_shot_accuracy
from model.training.trainer import WAY, Trainer

KINDS = {".svg": "image/svg+xml", ".png": "image/png", ".toml": "text/plain"}
"""The dashboard shows pictures in the page, and browsers show plain text."""
PICTURES = ("learning-curves.svg", "alphabets.svg", "hardest-trials.png")
NOT_OURS: tuple[type[Exception], ...] = (*STORAGE_ERRORS, UpdateFinishedTrialError)
"""The second: another worker has finished the trial."""

log = logging.getLogger(__name__)


def present(
    trial: optuna.Trial, trainer: Trainer, dataset: str, store: ArtifactStore, pruned: bool
) -> None:
    """Puts a trial's pictures and configuration into the store, and writes its note.

    Called when its training is over and the study has not been told. A pruned trial carries its
    configuration and a note alone. A failure is logged, but for the storage's own.
    """
    try:
        files = {f"trial-{trial.number}.toml": to_toml(trainer.config, dataset).encode()}
        if not pruned:
            files |= _pictures(trainer)
        kept = _keep(trial, store, files)
        served = f"/artifacts/{trial.study._study_id}/{trial._trial_id}"  # by the dashboard
        pictures = {name: f"{served}/{kept[name]}" for name in files if name in PICTURES}
        save_trial_note(trial, trainer.config, trainer.history, pictures, pruned)
    except NOT_OURS:
        raise
    except Exception:
        log.warning("trial %d: it lacks artifacts or a note", trial.number, exc_info=True)


def _pictures(trainer: Trainer) -> dict[str, bytes]:
    scores = trainer.best_scores()
    accuracy, hardest = one_shot_accuracy(scores, WAY), hardest_trials(scores)
    pictures = (
        learning_curves(trainer.history).encode(),
        accuracy_bars(accuracy.per_alphabet, accuracy.value).encode(),
        hard_trials(hardest, trainer.data.validation),
    )
    return dict(zip(PICTURES, pictures, strict=True))


def _keep(
    trial: optuna.Trial, store: ArtifactStore, files: Mapping[str, bytes]
) -> Mapping[str, str]:
    """Makes artifacts of files, by name; returns their identifiers."""
    # Those of a worker that died when the training was over and the study not told.
    kept = {meta.filename: meta.artifact_id for meta in get_all_artifact_meta(trial)}
    for name, content in files.items():
        number = kept.setdefault(name, str(uuid4()))
        # In this order: whoever is killed in between leaves no name without its content.
        store.write(number, BytesIO(content))
        meta = ArtifactMeta(number, name, KINDS[PurePath(name).suffix], None)
        trial.storage.set_trial_system_attr(
            trial._trial_id, ARTIFACTS_ATTR_PREFIX + number, json.dumps(asdict(meta))
        )
    return kept
