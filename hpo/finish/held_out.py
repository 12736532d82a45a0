"""The tests of a network on alphabets that no search has seen."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import torch

from data.characters import Characters
from data.collection import Collection
from data.errors import InputError
from data.names import Dataset, checked
from data.splits import SplitsOf, held_out_characters, paper_splits
from hpo.runtime.files import read_json
from hpo.runtime.literal_text import say
from hpo.storage.trained_pictures import given_to
from hpo.storage.workspace import TrainedFolder
from hpo.study.accuracies import NetworkTest, OneShotTest, VerificationTest
from hpo.study.given_pictures import trained_besides
from hpo.study.results import trained_on
from model.evaluation.embeddings import scores_within
from model.evaluation.finite_scores import check_scores
from model.evaluation.one_shot import one_shot_runs
from model.evaluation.scores import Scores, one_shot_accuracy
from model.evaluation.verification import verification
from model.network.distance import TwinNetwork
from model.network.ensemble import EnsembleConfig
from model.network.weights import load_trained


def network_in(folder: TrainedFolder) -> tuple[TwinNetwork, Dataset]:
    """A folder's network on the CPU, and the data set its results name ("auto": none).

    Raises:
        InputError: the folder holds no network.
    """
    network, _ = load_trained(weights_in(folder))
    return network, dataset_of(folder)


def besides(folder: TrainedFolder) -> str | None:
    """What a folder's network was trained on besides the training split, in words.

    Returns:
        None if nothing; of an ensemble, what any of its networks was trained on, and how many of
        them where it was not all.

    Raises:
        InputError: the folder holds no network.
    """
    _, config = load_trained(weights_in(folder))
    members = config.members if isinstance(config, EnsembleConfig) else (config,)
    given = given_to(config, read_json(folder.results) or {})
    words = (
        trained_besides(member.train.pictures, of_given)
        for member, of_given in zip(members, given, strict=True)
    )
    found = Counter(filter(None, words))
    named = [
        what if count == len(members) else f"{what} ({count} of {len(members)} networks)"
        for what, count in found.items()
    ]
    return "; ".join(named) or None


def dataset_of(folder: TrainedFolder) -> Dataset:
    """The data set that the results in a folder name; "auto" if they name none.

    Raises:
        InputError: they cannot be read.
    """
    try:
        return checked(trained_on(folder.results) or "auto")
    except ValueError:  # the project's versions that are to come may know others
        return "auto"


def say_if_changed(folder: TrainedFolder, collection: Collection) -> None:
    """Says that a data set is not, or no longer, the one that a folder's network was trained on.

    A folder of one's own is split by its names: with others, what trained may be what is tested.
    """
    trained = (read_json(folder.results) or {}).get("fingerprint", collection.fingerprint)
    if trained != collection.fingerprint:
        say(
            f"{folder.folder} was trained on other pictures than {collection.name} holds now: what"
            " is held out here may be what it was trained on, and figures on it too good"
        )


def weights_in(folder: TrainedFolder) -> Path:
    """The file of a folder's network.

    Raises:
        InputError: it has none.
    """
    path = folder.weights
    if os.path.isfile(folder.folder):
        raise InputError(f"{folder.folder}: is a file; should be the folder that holds {path.name}")
    if not os.path.isfile(path):
        raise InputError(
            f"{folder.folder}: holds no {path.name}, which run and retrain leave behind"
        )
    return path


def measure(
    network: TwinNetwork, collection: Collection, device: torch.device, weights: Path
) -> NetworkTest:
    """Everything that is measured of a trained network.

    Args:
        network: network to be measured.
        collection: the whole data set.
        device: measures there.
        weights: the network's file, for the error.

    Raises:
        InputError: the network's scores are not finite.
    """
    network = network.to(device)
    characters = held_out_characters(collection, network.size, device)
    scores = scores_within(network, characters)
    check_scores(scores.values(), weights)
    same, across = (verification_test(network, collection, device, kind) for kind in (False, True))
    check_scores([torch.tensor([same.threshold, across.threshold])], weights)
    return NetworkTest(
        dataset=collection.name,
        fingerprint=collection.fingerprint,
        way=collection.way,
        networks=network.networks,
        one_shot=_one_shot(network, characters, collection, scores),
        alphabets=[run.alphabet for run in collection.runs],
        verification=same,
        verification_across=across,
    )


def one_shot_test(
    network: TwinNetwork, collection: Collection, device: torch.device
) -> OneShotTest:
    """N-way one-shot accuracy on the test alphabets (the paper's section 4.3).

    Args:
        network: network on `device`.
        collection: the whole data set.
        device: measures there.
    """
    characters = held_out_characters(collection, network.size, device)
    return _one_shot(network, characters, collection, scores_within(network, characters))


def _one_shot(
    network: TwinNetwork, characters: Characters, collection: Collection, scores: Scores
) -> OneShotTest:
    given = one_shot_runs(network, characters, collection.runs)
    exact = one_shot_accuracy(scores, characters.way)
    return OneShotTest(
        one_shot_accuracy=given.accuracy,
        standard_error=given.standard_error,
        trials=given.trials,
        per_run=given.per_run,
        every_drawer_pair_accuracy=exact.value,
        every_drawer_pair_standard_error=exact.standard_error,
        per_alphabet=exact.per_alphabet,
    )


def verification_test(
    network: TwinNetwork, collection: Collection, device: torch.device, across: bool = False
) -> VerificationTest:
    """Same or different, on pairs of the test split, see `verification`.

    The threshold is the one that was best on pairs of the validation split.
    """
    characters = verification_characters(collection, network.size, device)
    return VerificationTest(**asdict(verification(network, *characters, across=across)))


def verification_characters(
    collection: Collection, size: int, device: torch.device, splits: SplitsOf = paper_splits
) -> tuple[Characters, Characters]:
    """Pictures of the validation split, to choose a threshold on, and of the test split."""
    _, validation, test = splits(collection)
    return (
        collection.characters(*validation, size).to(device),
        collection.characters(*test, size).to(device),
    )
