"""Recorded curves whose truth is known."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.replay.curves import draw
from hpo.study.definition import StudyConfig
from hpo.study.file import read_study
from hpo.study.space import config_of

EPOCHS = 9
SECONDS = 2.0
STUDY = {
    "name": "recorded",
    "dataset": "glyphs",
    "trials": 10,
    "sampler": {"name": "tpe", "startup_trials": 5},
    "pruner": {"name": "successive-halving", "min_epochs": 1, "reduction_factor": 3},
    "network": {
        "size": 21,
        "units": 16,
        "convolutions": [{"filters": {"low": 4, "high": 16}, "kernel": {"low": 3, "high": 24}}],
    },
    "train": {
        "epochs": EPOCHS,
        "optimiser": {"choices": ["sgd", "adam"]},
        "layers": {"learning_rate": 0.01},
        "distortion": {"affine": {"low": 0.0, "high": 1.0}},
    },
}


def accuracies(study: StudyConfig, params: dict[str, Any]) -> list[float]:
    """Adam is better, little distortion too."""
    train = config_of(study, params, 0).train
    end = 0.5 + 0.2 * (train.optimiser == "adam") - 0.3 * train.distortion.affine
    return [end * (epoch + 1) / EPOCHS for epoch in range(EPOCHS)]


def recording(seeds: int = 1, diverging: bool = False) -> dict[str, Any]:
    """Forty configurations; where they diverge, those with sgd do, in the third epoch."""
    study = read_study(STUDY, "test")
    dice = np.random.default_rng(0)
    curves = []
    for drawn in islice((d for d in draw(study) if not d["shortfall"]), 40):
        epochs = 3 if diverging and drawn["params"]["optimiser"] == "sgd" else EPOCHS
        for repeat in range(seeds):
            luck = dice.normal(0, 0.01) if seeds > 1 else 0.0
            curves.append(
                {
                    "number": drawn["number"],
                    "params": drawn["params"],
                    "repeat": repeat,
                    "accuracy": [a + luck for a in accuracies(study, drawn["params"])][:epochs],
                    "loss": [1.0] * (epochs - 1) + [1.0 if epochs == EPOCHS else None],
                    "cpu_seconds": [SECONDS] * epochs,
                }
            )
    definition, changeable = study.unchangeable(), study.changeable()
    return {"definition": definition, "changeable": changeable, "curves": curves}


def packed(folder: Path, seeds: int = 1) -> Path:
    """The same as a file, as `benchmarks.replay.curves pack` writes it."""
    path = folder / f"curves-{seeds}.json.gz"
    path.write_bytes(gzip.compress(json.dumps(recording(seeds)).encode()))
    return path
