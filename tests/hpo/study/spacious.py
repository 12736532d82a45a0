"""A study of a large search space, and what may be changed of it."""

import copy
from typing import Any

from hpo.study.definition import StudyConfig
from hpo.study.file import read_study

DOCUMENT: dict[str, Any] = {
    "name": "spacious",
    "trials": 10,
    "network": {
        "size": 35,
        "units": {"low": 64, "high": 256, "step": 64},
        "batch_norm": {"choices": [True, False]},
        "convolutions": [
            {"filters": {"low": 16, "high": 64, "step": 16}, "kernel": {"low": 3, "high": 10}},
            {"filters": 32, "kernel": {"low": 3, "high": 9}, "pool": True},
        ],
    },
    "train": {
        "loss": {"choices": ["pairs", "batch-pairs", "nca", "one-shot"]},
        "epochs": {"low": 5, "high": 30},
        "layers": {
            "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
            "momentum": {"low": 0, "high": 1},
            "l2": 0.01,
        },
        "batch": {"drawers": {"choices": [2, 4, 8]}},
        "distortion": {"affine": {"low": 0.0, "high": 1.5, "step": 0.5}},
    },
}


def changed(key: str, value: object) -> dict[str, Any]:
    """The document above with the value at a dotted key replaced."""
    document = copy.deepcopy(DOCUMENT)
    *parents, last = key.split(".")
    table: Any = document
    for parent in parents:
        table = table[int(parent)] if isinstance(table, list) else table[parent]
    table[last] = value
    return document


def study_of(document: dict[str, Any]) -> StudyConfig:
    return read_study(document, "studies/foo.toml")
