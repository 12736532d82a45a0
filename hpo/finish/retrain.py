"""One configuration trained again with several seeds; the best network is kept."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from data.collection import Collection
from data.errors import InputError, WorkFailed
from data.names import Dataset
from data.sources.load import for_training
from data.splits import SearchData, SplitsOf, paper_splits
from data.whole_files import clear_begun
from hpo.runtime.files import check_folder, read_json, write_text
from hpo.runtime.literal_text import say
from hpo.runtime.provenance import commit, computer, versions
from hpo.storage.trained_pictures import pictures_of_given
from hpo.storage.workspace import TrainedFolder
from hpo.study.accuracies import SeedResult, ValidationAccuracy
from hpo.study.results import RetrainingResults
from hpo.workers.reporter import Reporter
from model.config import RunConfig
from model.config_file import read_config_and_dataset, to_toml
from model.device import device_name
from model.evaluation.standard_error import mean_and_error
from model.network.given import given_networks
from model.network.weights import is_finite, save_network
from model.stored_config import NETWORKS, what_else
from model.training.checkpoint import what_else_in
from model.training.trainer import Trainer


class Diverged(WorkFailed):
    """A training whose loss was not finite before there was any network to keep.

    Attributes:
        results: results of this training alone, with an accuracy of 0.
    """

    def __init__(self, name: str, results: RetrainingResults) -> None:
        """Names the training."""
        super().__init__(f"{name}: the loss is not finite; lower learning rates may help")
        self.results = results


def retrain(
    config: RunConfig,
    seeds: Sequence[int],
    collection: Collection,
    device: torch.device,
    folder: TrainedFolder,
    progress: Reporter,
    title: str = "",
    splits: SplitsOf = paper_splits,
) -> RetrainingResults:
    """Trains `config` once with each seed, `config.train.seed` put aside.

    Leaves in `folder` the network with the best validation accuracy, its configuration, and the
    results; with several seeds, those done before among them, also every network, see
    `TrainedFolder.one_of_several`. Goes on from where an interruption left it; a seed that is done
    is not trained again.

    Raises:
        InputError: the folder holds results of something else, or cannot hold any.
        Diverged: a training came to no network; of it nothing is left, of those before all.
    """
    collection, networks = _with_its_pictures(config, collection), given_networks(config)
    given = _given(config, networks)  # before hours of work: they may be gone then
    check_folder(folder.folder)
    clear_begun(folder.folder)
    done = _done_before(config, collection, networks, folder)
    several = len({*seeds, *(result.seed for result in done)}) > 1
    if several and len(done) == 1:
        _keep_single(folder, done[0].seed)
    data: SearchData | None = None
    for seed in seeds:
        name = f"{title}seed {seed}"
        before = next((r for r in done if r.seed == seed), None)
        if before is not None:
            progress.finished(f"{name} {before.accuracy:.1%}, done before")
            continue
        if given_networks(config) != networks:
            raise InputError(
                f"{folder.folder}: the network at {' or '.join(networks)} was changed meanwhile;"
                " choose another folder"
            )
        seeded = with_seed(config, seed)
        data = data or SearchData.of(collection, config.network.size, device, splits)
        checkpoint = folder.checkpoint(collection.label, seed)
        trainer = Trainer(seeded, data, device, checkpoint, progress.steps_done)
        progress.started(name, config.train.epochs)
        if trainer.history:
            progress.goes_on(trainer.history[-1])
        for report in trainer.run():
            progress.epoch_done(report)
        last = trainer.history[-1]
        result = SeedResult(
            seed=seed,
            accuracy=last.best_accuracy,
            standard_error=last.best_standard_error,
            standard_error_over=config.train.error_over(len(data.validation.alphabets)),
            best_epoch=last.best_epoch + 1,
            epochs=len(trainer.history),
            seconds=sum(report.seconds for report in trainer.history),
        )
        network = trainer.best_network()
        if not is_finite(network):
            checkpoint.unlink(missing_ok=True)  # it would go on nowhere
            raise Diverged(name, _results(config, collection, given, device, [result]))
        done.append(result)
        results = _results(config, collection, given, device, done)
        own = [folder.one_of_several(seed)] if several else []
        for place in [*own, folder] if results.best_seed == seed else own:
            place.rejection.unlink(missing_ok=True)  # an older network's
            save_network(network, seeded, place.weights)
            write_text(place.config, to_toml(seeded, collection.name))
        for place in own:
            _results(config, collection, given, device, [result]).write(place.results)
        results.write(folder.results)
        checkpoint.unlink(missing_ok=True)
        progress.finished(f"{name} {result.accuracy:.1%} ({result.seconds:.0f} s)")
    return _results(config, collection, given, device, done)


def clear_another(config: RunConfig, collection: Collection, folder: TrainedFolder) -> None:
    """Removes a folder in which something else was retrained, which is said.

    For folders of a study's own: an older study of its name may have left them.

    Args:
        config: what is to be retrained there, with its own seed alone.
        collection: the data set.
        folder: it need not exist.

    Raises:
        InputError: the pictures that it trains on besides, or a network that it is given, cannot be
            read; nothing is removed.
    """
    collection, networks = _with_its_pictures(config, collection), given_networks(config)
    checkpoint = folder.checkpoint(collection.label, config.train.seed)
    try:
        _done_before(config, collection, networks, folder)
        if (another := what_else_in(checkpoint, config, networks)) is None:
            return
        reason = f"{checkpoint}: a checkpoint of another {another}"
    except InputError as error:
        reason = str(error).partition(";")[0]
    say(f"{reason}; it is removed, and trained anew")
    shutil.rmtree(folder.folder)


def single_seed_in(folder: TrainedFolder) -> SeedResult:
    """The result of a finished retraining with a single seed, from its folder.

    Raises:
        InputError: it is not there, or damaged.
    """
    results = RetrainingResults.read(folder.results)
    if results is None:
        raise InputError(f"{folder.folder}: holds no {folder.results.name}")
    if len(results.seeds) != 1:
        raise InputError(f"{folder.folder}: holds {len(results.seeds)} retrainings instead of one")
    return results.seeds[0]


def config_in(file: Path, asked: Dataset) -> tuple[RunConfig, Dataset]:
    """A configuration to retrain, and the data set to do it on.

    That is the one it was found on, unless another is asked for.

    Raises:
        InputError: the file is missing or wrong, or no one-shot accuracy would be measured.
    """
    config, found_on = read_config_and_dataset(file)
    if config.train.validation == "verification":
        raise InputError(
            f"{file}: train.validation: should be 'exact' or 'sampled', not 'verification':"
            " a retraining reports one-shot accuracy"
        )
    if "auto" not in (asked, found_on) and asked != found_on:
        say(f"{file} was found on {found_on}, and is retrained on {asked}")
    return config, found_on if asked == "auto" else asked


def following_seeds(config: RunConfig, count: int) -> list[int]:
    """The configuration's own seed, and those that follow it."""
    return [(config.train.seed + i) % 2**31 for i in range(count)]


def over_seeds(config: RunConfig, done: Sequence[SeedResult]) -> ValidationAccuracy:
    """Mean validation accuracy and its standard error.

    The error is that over the seeds; of a single one, its own, over what it was measured on.
    """
    if len(done) == 1:
        accuracy, error = done[0].accuracy, done[0].standard_error
    else:
        accuracy, error = mean_and_error([result.accuracy for result in done])
    over = "seeds" if len(done) > 1 else done[0].standard_error_over
    return ValidationAccuracy(
        one_shot_accuracy=accuracy, standard_error=error, standard_error_over=over, runs=len(done)
    )


def with_seed(config: RunConfig, seed: int) -> RunConfig:
    """The configuration with another seed."""
    return config.model_copy(update={"train": config.train.model_copy(update={"seed": seed})})


def _with_its_pictures(config: RunConfig, collection: Collection) -> Collection:
    """The data set with what the configuration trains on besides."""
    pictures = config.train.pictures
    return for_training(collection, pictures.extra, pictures.drawers == "all")


def _extra(collection: Collection) -> dict[str, Any]:
    """The fingerprint of the extra alphabets, where there are any."""
    extra = collection.extra
    return {} if extra is None else {"extra_fingerprint": extra.fingerprint}


def _given(config: RunConfig, networks: Mapping[str, str]) -> dict[str, Any]:
    """What is kept of the networks that it is given, where there are any."""
    if not networks:
        return {}
    return {NETWORKS: dict(networks), "given_pictures": pictures_of_given(config)}


def _results(
    config: RunConfig,
    collection: Collection,
    given: Mapping[str, Any],
    device: torch.device,
    done: Sequence[SeedResult],
) -> RetrainingResults:
    return RetrainingResults(
        dataset=collection.name,
        fingerprint=collection.fingerprint,
        **_extra(collection),
        **given,
        way=collection.way,
        validation=over_seeds(config, done),
        seeds=list(done),
        best_seed=max(done, key=lambda result: result.accuracy).seed,
        config=with_seed(config, 0).model_dump(mode="json"),
        versions=versions(),
        commit=commit(),
        computer=computer(),
        device=device_name(device),
    )


def _keep_single(folder: TrainedFolder, seed: int) -> None:
    """Gives the network of a retraining with one seed a folder of its own, before others follow."""
    own = folder.one_of_several(seed)
    if folder.weights.is_file() and not own.results.exists():
        folder.copy_to(own)


def _done_before(
    config: RunConfig, collection: Collection, networks: Mapping[str, str], folder: TrainedFolder
) -> list[SeedResult]:
    document = read_json(folder.results)
    if document is None:
        return []
    extra = _extra(collection).get("extra_fingerprint")
    what = what_else(with_seed(config, 0), networks, document)
    if document.get("fingerprint") != collection.fingerprint:
        what = what or "data set"
    if document.get("extra_fingerprint") != extra:
        what = what or "extra data set"
    if what is not None:
        raise InputError(f"{folder.folder}: holds results of another {what}; choose another folder")
    results = RetrainingResults.read(folder.results)
    if results is None:
        return []
    kept = any(result.accuracy > 0 for result in results.seeds)  # 0: its loss was not finite
    if kept and not folder.weights.exists():
        raise InputError(
            f"{folder.folder}: holds results whose network, {folder.weights.name}, is missing; put"
            f" it back, or remove {folder.results.name} to train anew"
        )
    return results.seeds
