"""When `classify` answers `unknown`: chosen on validation alphabets, kept beside the network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel, ValidationError

from data.characters import Characters
from data.collection import SIDE, Collection
from data.errors import InputError
from data.sources.scans import drawn_again, pictures_of
from data.splits import paper_splits
from hpo.finish.held_out import weights_in
from hpo.runtime.files import read_json, write_json
from hpo.runtime.literal_text import say
from hpo.storage.workspace import TrainedFolder
from model.evaluation.rejection import (
    WAY,
    Quality,
    Rejection,
    choose_rejection,
    quality,
    validation_queries,
)
from model.network.weights import load_trained

SHOTS = (1, 2, 3)
USUAL = Path(__file__).with_name("rejection.json")
"""Where a network has none of its own: what was chosen for a network of the quick study."""


class Calibrated(BaseModel):
    """A rejection, and how often it is mistaken on the alphabets that it was chosen on.

    Attributes:
        dataset: name of the data set.
        fingerprint: of its content.
        alphabets: on which it was chosen, those of validation.
        way: characters of a trial.
        rejection: what was chosen, on one known picture of each class.
        quality: with one known picture, and with more.
    """

    dataset: str
    fingerprint: str
    alphabets: list[str]
    way: int
    rejection: Rejection
    quality: list[Quality]

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return self.model_dump(mode="json")


def calibrate(folder: TrainedFolder, collection: Collection, device: torch.device) -> Calibrated:
    """Chooses when a folder's network answers `unknown`, and keeps it in the folder.

    The validation alphabets' drawings are drawn again as `classify` does it. Each is asked twice:
    with its own character among the twenty known ones, and without it.

    Raises:
        InputError: the folder holds no network.
    """
    network, config = load_trained(weights_in(folder))
    split = paper_splits(collection).validation
    drawings = prepared(collection.characters(*split, SIDE), config.size).to(device)
    network.to(device)
    queries = {shots: validation_queries(network, drawings, shots) for shots in SHOTS}
    rejection = choose_rejection(queries[1])
    found = Calibrated(
        dataset=collection.name,
        fingerprint=collection.fingerprint,
        alphabets=list(split.alphabets),
        way=WAY,
        rejection=rejection,
        quality=[quality(rejection, queries[shots], shots) for shots in SHOTS],
    )
    write_json(folder.rejection, found.document())
    return found


def rejection_of(folder: TrainedFolder) -> Rejection:
    """When a folder's network answers `unknown`; as usual, and said so, where that is not chosen.

    Raises:
        InputError: what was chosen cannot be read.
    """
    if (document := read_json(folder.rejection)) is None:
        say(
            f"{folder.folder}: when to answer unknown was not chosen for this network"
            " (command calibrate), so the quick study's choice is taken"
        )
        document = read_json(USUAL)
    try:
        return Calibrated.model_validate(document).rejection
    except ValidationError:
        raise InputError(
            f"{folder.rejection}: is not what calibrate writes; remove it, or calibrate again"
        ) from None


def prepared(characters: Characters, size: int) -> Characters:
    """Drawings as `classify` makes them of photographs."""
    inks = characters.pictures.flatten(0, 1).numpy() > 0
    again = [drawn_again(ink) if ink.any() else np.zeros_like(ink) for ink in inks]
    return replace(
        characters,
        pictures=pictures_of(again, size).view(*characters.pictures.shape[:2], size, size),
    )
