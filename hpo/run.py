"""A study from its definition to its results."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import torch

from data.collection import Collection
from data.splits import SearchData
from hpo.files import check_folder, work_folder
from hpo.finish import finish, finished_results
from hpo.progress import Progress
from hpo.search import search
from hpo.storage import counts, open_storage, open_study, storage_failures
from hpo.study import StudyConfig


def on_data(config: StudyConfig, collection: Collection) -> StudyConfig:
    """The study on the data there are.

    Where "auto" had to do with glyphs, it is another study, named so: the two are never mixed.
    """
    fallen_back = config.dataset == "auto" and collection.name == "glyphs"
    name = f"{config.name}-glyphs" if fallen_back else config.name
    return config.model_copy(update={"name": name, "dataset": collection.name})


def run_study(
    config: StudyConfig, collection: Collection, device: torch.device, storage: str, output: Path
) -> dict[str, Any]:
    """Searches, retrains the best, tests the winner once; goes on where an earlier run stopped.

    Where the study is finished, nothing is trained.

    Args:
        config: from `on_data`.
        storage: database URL.
        output: the folder for all files.

    Returns:
        The content of results.json.

    Raises:
        InputError: the storage or the folder cannot be used, or holds another study.
        WorkFailed: no trial was completed, trials keep failing, or the storage does.
    """
    check_folder(output)
    results = finished_results(output, config)
    if results is not None:
        # What a kill between the results and its removal left.
        shutil.rmtree(work_folder(output, config.name), ignore_errors=True)
        before = results["budget"]["trials"]
        if config.trials > before:
            print(
                f"{output} is finished and tested after {before} trials: nothing is trained; remove"
                " its results.json to search further and test anew",
                file=sys.stderr,
            )
        return results
    work = work_folder(output, config.name)
    study = open_study(config, open_storage(storage, create=True))
    work.mkdir(parents=True, exist_ok=True)
    data = SearchData.of(collection, config.size, device)
    with storage_failures(storage):
        count = counts(study)
        with Progress(config.name, config.trials, count.complete + count.pruned) as progress:
            search(study, config, data, device, work, progress)
        with Progress("retraining", config.finish.finalists * config.finish.seeds) as progress:
            results = finish(study, config, collection, device, output, work, progress)
    shutil.rmtree(work)
    return results
