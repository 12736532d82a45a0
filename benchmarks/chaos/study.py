"""The study that machines search: real, short trainings, as many as take the time asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from optuna.trial import TrialState

from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.trials.times import began, ended

PROJECT = Path(__file__).parents[2]
NAME = "chaos"
EPOCHS = 16
"""Epochs of each trial; none is pruned, so what is trained without faults is known."""
SHARE = 1.1
"""Undisturbed training, in times the minutes: while some stand still, the others are faster."""
STUDY = """
name = "{name}"
dataset = "glyphs"
trials = {trials}
sampler = {{ name = "tpe", startup_trials = 5 }}
pruner = {{ name = "none" }}
finish = {{ finalists = 2, seeds = 1, epochs = {epochs} }}

[network]
size = 21
units = {{ low = 16, high = 64, step = 16 }}
convolutions = [
  {{ filters = {{ low = 8, high = 16, step = 4 }}, kernel = {{ low = 3, high = 9 }}, pool = true }},
  {{ filters = 16, kernel = {{ low = 2, high = 5 }} }},
]

[train]
epochs = {epochs}
steps_per_epoch = {steps}
layers = {{ learning_rate = {{ low = 1e-3, high = 1e-1, log = true }} }}
batch = {{ characters = 20, drawers = 4 }}
"""
"""All its networks can exist."""
TRIED_STEPS, TRIED_EPOCHS, TRIED_TRIALS = 60, 2, 12


def write_study(path: Path, trials: int, steps: int, epochs: int = EPOCHS) -> Path:
    """Writes the study's file, and returns its path."""
    path.write_text(STUDY.format(name=NAME, trials=trials, epochs=epochs, steps=steps))
    return path


def steps_for(minutes: float, trials: int, workers: int, folder: Path) -> int:
    """Steps of an epoch with which the trials take the minutes asked for, faults included.

    Args:
        folder: an empty one, for a short study without faults that tells how fast the machine is.
    """
    study = write_study(folder / "speed.toml", TRIED_TRIALS, TRIED_STEPS, TRIED_EPOCHS)
    url = f"sqlite:///{folder}/speed.db"
    words = ("run", study, "--workers", workers, "--storage", url, "--output", folder / "speed")
    subprocess.run(
        [sys.executable, PROJECT / "run_study.py", *map(str, words)],
        check=True,
        cwd=folder,
        env=os.environ | {"XDG_CACHE_HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    trials_run = stored_study(NAME, open_storage(url, create=False))[0].trials
    done = [trial for trial in trials_run if trial.state is TrialState.COMPLETE]
    start = min(filter(None, map(began, done)))
    end = max(filter(None, map(ended, done)))
    a_second = len(done) * TRIED_EPOCHS * TRIED_STEPS / (end - start).total_seconds()
    return max(1, round(a_second * minutes * 60 * SHARE / (trials * EPOCHS)))
