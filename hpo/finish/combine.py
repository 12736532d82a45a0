"""Several trained networks made one: an ensemble, which everything takes that takes a network."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean
from typing import Any

import torch

from data.characters import Characters
from data.collection import Collection
from data.errors import InputError
from data.names import Dataset
from data.splits import paper_splits
from hpo.finish.calibrate import calibrate_if_possible
from hpo.finish.held_out import dataset_of, weights_in
from hpo.runtime.files import check_folder, read_json, write_json
from hpo.runtime.provenance import commit, computer, versions
from hpo.storage.workspace import TrainedFolder
from hpo.study.combined import Answering, CombinedResults, Gain, Member
from hpo.study.given_pictures import in_document, trained_besides
from hpo.study.results import document_of
from model.config import RunConfig
from model.device import device_name
from model.evaluation.embeddings import embed
from model.evaluation.scores import Accuracy, one_shot_accuracy, spread
from model.evaluation.standard_error import mean_and_error
from model.network.distance import TwinNetwork
from model.network.ensemble import Ensemble, EnsembleConfig
from model.network.siamese import SiameseNetwork
from model.network.weights import load_network, save_network

WARM = 64
"""Pictures embedded before the time is taken."""


@dataclass(frozen=True)
class Single:
    """A trained network in its folder.

    Attributes:
        folder: its folder.
        network: the network, on the CPU.
        config: how it is built and was trained.
        sha256: SHA-256 of its file of weights.
        fingerprint: fingerprint of the data set that it was trained on; "" if the folder does not
            tell.
    """

    folder: TrainedFolder
    network: SiameseNetwork
    config: RunConfig
    sha256: str
    fingerprint: str


@dataclass(frozen=True)
class Asked:
    """What a network answers on the validation alphabets.

    Attributes:
        answering: the network's accuracy and cost.
        accuracy: the network's accuracy by alphabet.
        spread: spread of the network's scores.
    """

    answering: Answering
    accuracy: Accuracy
    spread: float


def singles_in(folders: Sequence[TrainedFolder]) -> tuple[list[Single], Dataset]:
    """The networks of some folders, and the data set that they were trained on.

    That is "auto" where no folder names one.

    Raises:
        InputError: a folder holds no network, or they do not go together.
    """
    if len(folders) < 2:
        raise InputError("combine: needs two folders with a network or more")
    singles = [_single(folder) for folder in folders]
    first = singles[0]
    for place, one in enumerate(singles):
        for other in singles[:place]:
            if one.sha256 == other.sha256:
                raise InputError(
                    f"{one.folder.folder}: holds the same network as {other.folder.folder}"
                )
        if one.config.size != first.config.size:
            raise InputError(
                f"{one.folder.folder}: its network takes pictures of size {one.config.size}, that"
                f" of {first.folder.folder} of size {first.config.size}; they must be alike"
            )
        if (own := one.config.network.distance) != (wanted := first.config.network.distance):
            raise InputError(
                f"{one.folder.folder}: its network compares by the distance {own}, that of"
                f" {first.folder.folder} by {wanted}; they must be alike"
            )
    named = [(one, dataset) for one in singles if (dataset := dataset_of(one.folder)) != "auto"]
    for one, dataset in named:
        known, first_dataset = named[0]
        # A folder may be named in several ways; other pictures of one name `combine` refuses.
        same = bool(one.fingerprint) and one.fingerprint == known.fingerprint
        if dataset != first_dataset and not same:
            raise InputError(
                f"{one.folder.folder}: its network was trained on {dataset}, that of"
                f" {known.folder.folder} on {first_dataset}; some would know the other's"
                " validation alphabets"
            )
    return singles, named[0][1] if named else "auto"


def combine(
    singles: Sequence[Single],
    collection: Collection,
    device: torch.device,
    output: TrainedFolder,
) -> CombinedResults:
    """Combines networks: their scores are added, each first divided by its spread.

    The spread is that of the scores on the validation alphabets. On these it is also chosen when
    `classify` answers `unknown`; nothing else is chosen. Leaves in `output` the weights of all, the
    results, and that choice.

    Args:
        singles: the networks, see `singles_in`.
        collection: the data set that they were trained on.
        device: measures there.
        output: its folder must hold nothing else.

    Raises:
        InputError: the folder holds something else, or cannot hold anything; a network tells
            nothing apart, or was trained on other pictures.
    """
    check_folder(output.folder)
    _check_unused(output, singles)
    for one in singles:
        if one.fingerprint not in ("", collection.fingerprint):
            raise InputError(
                f"{one.folder.folder}: its network was trained on another {collection.name}"
            )
    validation = paper_splits(collection).validation
    characters = collection.characters(*validation, singles[0].config.size).to(device)
    asked = [ask(one.network.to(device), characters) for one in singles]
    for one, found in zip(singles, asked, strict=True):
        if not isfinite(found.spread):
            raise InputError(f"{one.folder.weights}: its network's scores are not finite")
        if found.spread == 0:
            raise InputError(f"{one.folder.folder}: its network tells no pictures apart")
    config = EnsembleConfig.of([one.config for one in singles], [found.spread for found in asked])
    ensemble = Ensemble(config, [one.network for one in singles])
    together = ask(ensemble, characters)
    results = CombinedResults(
        dataset=collection.name,
        fingerprint=collection.fingerprint,
        way=characters.way,
        members=[_member(one, found) for one, found in zip(singles, asked, strict=True)],
        ensemble=together.answering,
        gain=gain(together.accuracy, [found.accuracy for found in asked]),
        standard_error_over="alphabets" if len(characters.alphabets) > 1 else "characters",
        versions=versions(),
        commit=commit(),
        computer=computer(),
        device=device_name(device),
    )
    # First what names the members: interrupted, the same command finds that the folder is its own.
    write_json(output.results, document_of(results))
    save_network(ensemble, config, output.weights)
    calibrate_if_possible(output, collection, device)
    return results


@torch.inference_mode()
def ask(network: TwinNetwork, characters: Characters) -> Asked:
    """Asks a network about characters, and takes the time of their embedding."""
    network.eval()
    network.embed(characters.pictures.flatten(0, 1)[:WARM, None].float() / 255)
    start = time.perf_counter()
    embedded = embed(network, characters)
    seconds = time.perf_counter() - start
    scores = embedded.scores()
    accuracy = one_shot_accuracy(scores, characters.way)
    pictures = characters.pictures.shape[0] * characters.pictures.shape[1]
    answering = Answering(
        accuracy=accuracy.value,
        standard_error=accuracy.standard_error,
        parameters=sum(weights.numel() for weights in network.parameters()),
        milliseconds=1000 * seconds / pictures,
    )
    return Asked(answering, accuracy, spread(scores))


def gain(together: Accuracy, members: Sequence[Accuracy]) -> Gain:
    """By how much networks together are better than they are on average, alphabet by alphabet."""
    differences = [
        value - fmean(member.per_alphabet[alphabet] for member in members)
        for alphabet, value in together.per_alphabet.items()
    ]
    accuracy, error = mean_and_error(differences)
    return Gain(accuracy=accuracy, standard_error=error if len(differences) > 1 else None)


def _member(one: Single, found: Asked) -> Member:
    member = Member(
        **found.answering.model_dump(),
        folder=str(one.folder.folder),
        sha256=one.sha256,
        seed=one.config.train.seed,
        spread=found.spread,
    )
    given = in_document(read_json(one.folder.results) or {})
    besides = trained_besides(one.config.train.pictures, given)
    known: dict[str, Any] = {"besides": besides, "given_pictures": given}
    return member.model_copy(update={key: value for key, value in known.items() if value})


def _single(folder: TrainedFolder) -> Single:
    path = weights_in(folder)
    network, config = load_network(path)
    fingerprint = (read_json(folder.results) or {}).get("fingerprint") or ""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Single(folder, network, config, sha256, fingerprint)


def _check_unused(output: TrainedFolder, singles: Sequence[Single]) -> None:
    """Makes sure that a folder holds nothing but the same networks combined.

    Raises:
        InputError: it does.
    """
    before: dict[str, Any] | None = read_json(output.results)
    if before is None and not output.weights.exists():
        return
    members = (before or {}).get("members")
    held = [one.get("sha256") for one in members] if isinstance(members, list) else None
    if held != [one.sha256 for one in singles]:
        raise InputError(f"{output.folder}: holds results of something else; choose another folder")
