"""The tests on alphabets that no search has seen: the only place that takes them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import torch

from data.characters import Characters
from data.collection import Collection
from data.errors import InputError
from data.names import Dataset
from data.splits import SplitsOf, held_out_characters, paper_splits
from hpo.runtime.files import read_results
from model.evaluation.one_shot import (
    VerificationAccuracy,
    one_shot_exact,
    one_shot_runs,
    verification,
)
from model.network.siamese import SiameseNetwork
from model.network.weights import load_network

TESTS = (
    ("one_shot_accuracy", "standard_error"),
    ("every_drawer_pair_accuracy", "every_drawer_pair_standard_error"),
)
"""The two accuracies of `one_shot_test`, and their errors."""


def network_in(folder: Path) -> tuple[SiameseNetwork, Dataset]:
    """A folder's best.safetensors on the CPU, and the data set its results.json names.

    Raises:
        InputError: the folder holds no network.
    """
    network, _ = load_network(weights_in(folder))
    trained_on = (read_results(folder) or {}).get("dataset")
    return network, trained_on if trained_on in ("omniglot", "glyphs") else "auto"


def weights_in(folder: Path) -> Path:
    """A folder's best.safetensors.

    Raises:
        InputError: it has none.
    """
    path = folder / "best.safetensors"
    if not path.is_file():
        raise InputError(f"{folder}: holds no {path.name}, which run and retrain leave behind")
    return path


def measure(
    network: SiameseNetwork, collection: Collection, device: torch.device
) -> dict[str, Any]:
    """Everything that is measured of a trained network.

    Returns:
        "dataset", "fingerprint", "one_shot" (see `one_shot_test`), "alphabets" (the alphabet of
        each of one_shot.per_run), "verification" (different pairs are two characters of one
        alphabet) and "verification_across" (any two).
    """
    network = network.to(device)
    return {
        "dataset": collection.name,
        "fingerprint": collection.fingerprint,
        "one_shot": one_shot_test(network, collection, device),
        "alphabets": [run.alphabet for run in collection.runs],
        "verification": asdict(verification_test(network, collection, device)),
        "verification_across": asdict(verification_test(network, collection, device, across=True)),
    }


def one_shot_test(
    network: SiameseNetwork, collection: Collection, device: torch.device
) -> dict[str, Any]:
    """20-way one-shot accuracy on the test alphabets (the paper's section 4.3).

    Over the given runs, with the binomial standard error over their trials, and exact over every
    pair of the twenty drawers, with the standard error over alphabets. The two are not
    comparable: the official runs' drawers are neat ones.

    Args:
        network: on `device`.
    """
    size = network.config.size
    characters = held_out_characters(collection, size, device)
    given = one_shot_runs(network, characters, collection.runs)
    exact = one_shot_exact(network, characters)
    return {
        "one_shot_accuracy": given.accuracy,
        "standard_error": given.standard_error,
        "trials": given.trials,
        "per_run": given.per_run,
        "every_drawer_pair_accuracy": exact.value,
        "every_drawer_pair_standard_error": exact.standard_error,
        "per_alphabet": exact.per_alphabet,
    }


def tests_over_seeds(tests: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Mean accuracies of several seeds' networks, with their standard errors over the seeds.

    Args:
        tests: at least two, of `one_shot_test`.
    """
    found: dict[str, Any] = {"runs": len(tests)}
    for key, error in TESTS:
        values = [test[key] for test in tests]
        found |= {
            key: fmean(values),
            error: stdev(values) / sqrt(len(values)),
            f"{key}_by_seed": values,
        }
    return found


def verification_test(
    network: SiameseNetwork, collection: Collection, device: torch.device, across: bool = False
) -> VerificationAccuracy:
    """Same or different, on pairs of the test split, see `verification`.

    The threshold is the one that was best on pairs of the validation split.
    """
    characters = verification_characters(collection, network.config.size, device)
    return verification(network, *characters, across=across)


def verification_characters(
    collection: Collection, size: int, device: torch.device, splits: SplitsOf = paper_splits
) -> tuple[Characters, Characters]:
    """Pictures of the validation split, to choose a threshold on, and of the test split."""
    _, validation, test = splits(collection)
    return (
        collection.characters(*validation, size).to(device),
        collection.characters(*test, size).to(device),
    )
