"""After the search: finalists retrained, the winner chosen on validation and tested once."""

from __future__ import annotations

import time
from collections.abc import Container
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import torch
from optuna.trial import FrozenTrial

from data.collection import Collection
from data.errors import InputError, WorkFailed
from hpo.export import best_trials, trial_config, trials_csv
from hpo.files import copy_file, read_results, write_json, write_text
from hpo.held_out import one_shot_test
from hpo.objective import device_name, versions
from hpo.progress import Progress
from hpo.retrain import retrain
from hpo.search import seconds_of
from hpo.storage import counts
from hpo.study import StudyConfig
from model.config import RunConfig
from model.weights import load_network

ENDED = ("complete", "pruned", "failed", "infeasible")
RESULTS = (
    "study",
    "dataset",
    "definition",
    "budget",
    "trials",
    "best",
    "winner",
    "validation",
    "test",
    "finalists",
    "seconds",
    "device",
)
"""What a study's results.json must hold to be shown again."""


def finish(
    study: optuna.Study,
    config: StudyConfig,
    collection: Collection,
    device: torch.device,
    output: Path,
    work: Path,
    progress: Progress,
) -> dict[str, Any]:
    """Retrains the best trials with fresh seeds, names a winner, and tests it.

    The best of many noisy trials looks better than it is: the winner is who has the best mean
    validation accuracy over the fresh seeds. Its best network is tested on the held-out alphabets
    once.

    Leaves in `output`: best.safetensors and best.toml (the winner), trials.csv, and last of all
    results.json. Goes on from what an interruption left in `work`.

    Returns:
        The content of results.json.

    Raises:
        WorkFailed: the search completed no trial.
    """
    finalists = best_trials(study, config.finish.finalists)
    if not finalists:
        raise WorkFailed(f"study {config.name}: no trial was completed, so there is no winner")
    trials = study.get_trials(deepcopy=False)
    searched = {trial.user_attrs["seed"] for trial in trials if "seed" in trial.user_attrs}
    retrained = [
        retrain(
            _retraining_config(config, trial),
            fresh_seeds(config.seed, trial.number, config.finish.seeds, searched),
            collection,
            device,
            work / f"retrained-{trial.number}",
            progress,
            title=f"trial {trial.number}, ",
        )
        for trial in finalists
    ]
    rank = max(range(len(finalists)), key=lambda i: retrained[i]["validation"]["one_shot_accuracy"])
    winner, chosen = finalists[rank], retrained[rank]
    for name in ("best.safetensors", "best.toml"):
        copy_file(work / f"retrained-{winner.number}" / name, output / name)
    write_text(output / "trials.csv", trials_csv(study))

    start = time.perf_counter()
    network, trained = load_network(output / "best.safetensors")
    test = one_shot_test(network.to(device), collection, device)
    tested = time.perf_counter() - start

    results = {
        "study": config.name,
        "dataset": collection.name,
        "fingerprint": collection.fingerprint,
        "definition": config.definition(),
        "budget": {"trials": config.trials, "timeout": config.timeout},
        "trials": {
            state: number for state, number in asdict(counts(study)).items() if state in ENDED
        },
        "best": _named(finalists[0]),
        "winner": _named(winner)
        | {"seed": chosen["best_seed"], "config": trained.model_dump(mode="json")},
        "validation": chosen["validation"],
        "test": test,
        "finalists": [
            _named(trial) | {"validation": result["validation"], "seeds": result["seeds"]}
            for trial, result in zip(finalists, retrained, strict=True)
        ],
        "seconds": {
            "search": seconds_of(study),
            "finish": tested
            + sum(seed["seconds"] for result in retrained for seed in result["seeds"]),
        },
        "versions": versions(),
        "device": device_name(device),
    }
    write_json(output / "results.json", results)
    return results


def finished_results(output: Path, config: StudyConfig) -> dict[str, Any] | None:
    """The results that this study left in `output`; None when it is not finished.

    Raises:
        InputError: they are of another study, of one with another definition, or damaged.
    """
    results = read_results(output)
    if results is None:
        return None
    if "study" not in results:
        what = "a retraining"
    elif results["study"] != config.name:
        what = f"study {results['study']}"
    elif results.get("definition") != config.definition():
        what = f"study {config.name} as it was defined before"
    else:
        return read_results(output, RESULTS)
    raise InputError(f"{output}: holds the results of {what}; choose another folder or remove them")


def fresh_seeds(seed: int, number: int, count: int, used: Container[int]) -> list[int]:
    """Seeds to retrain trial `number` with, none of them in `used`."""
    stream = np.random.default_rng((seed, number))
    drawn: list[int] = []
    while len(drawn) < count:
        candidate = int(stream.integers(2**31))
        if candidate not in used and candidate not in drawn:
            drawn.append(candidate)
    return drawn


def _retraining_config(config: StudyConfig, trial: FrozenTrial) -> RunConfig:
    run = trial_config(config, trial)
    epochs = config.finish.epochs or run.train.epochs
    return run.model_copy(update={"train": run.train.model_copy(update={"epochs": epochs})})


def _named(trial: FrozenTrial) -> dict[str, Any]:
    return {"number": trial.number, "value": trial.values[0], "params": trial.params}
