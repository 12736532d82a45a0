"""When `classify` answers `unknown`: chosen on validation alphabets, kept beside the network."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel, ValidationError

from data.characters import Characters
from data.collection import SIDE, Collection
from data.errors import InputError
from data.full_disk import no_room
from data.names import FOLDER
from data.sources.scans import each_drawn_again, pictures_of
from data.splits import paper_splits
from hpo.console.progress import Progress
from hpo.finish.held_out import weights_in
from hpo.runtime.files import read_json, write_json
from hpo.runtime.literal_text import say
from hpo.runtime.wording import points
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.workers.machine import Machine
from model.device import resolve_device
from model.evaluation.embeddings import scores_within
from model.evaluation.finite_scores import check_scores
from model.evaluation.rejection import (
    Quality,
    Rejection,
    choose_rejection,
    quality,
    trial_queries,
)
from model.network.weights import load_trained

SHOTS = (1, 2, 3)
FEWEST = 200
"""Least number of known queries that a rejection is chosen on."""
MOST_RUNS = 1000
"""Most pairs of a drawer's queries and another's support: more take long, and say little more."""
USUAL = Path(__file__).with_name("rejection.json")
"""Where a network has none of its own: what was chosen for a network of the quick study."""

log = logging.getLogger(__name__)


class Calibrated(BaseModel):
    """A rejection, and how often it is mistaken on the alphabets that it was chosen on.

    Attributes:
        dataset: name of the data set.
        fingerprint: fingerprint of its content.
        alphabets: alphabets on which it was chosen, those of validation.
        way: characters of a trial.
        rejection: what was chosen, on one known picture of each class.
        quality: its quality with one known picture of each class, and with more.
    """

    dataset: str
    fingerprint: str
    alphabets: list[str]
    way: int
    rejection: Rejection
    quality: list[Quality]

    def document(self) -> dict[str, Any]:
        """The content as a table for JSON."""
        return self.model_dump(mode="json")


def calibrate(folder: TrainedFolder, collection: Collection, device: torch.device) -> Calibrated:
    """Chooses when a folder's network answers `unknown`, and keeps it in the folder.

    The validation alphabets' drawings are drawn again as `classify` does it. Each is asked twice:
    with its own character among the known ones, twenty if there are so many, and without it.

    Raises:
        InputError: the folder holds no network, or one whose scores are not finite, or the
            validation alphabets have too few pictures.
    """
    network, config = load_trained(weights_in(folder))
    split = paper_splits(collection).validation
    drawers = split.drawers[: _drawers_of(len(split.alphabets), len(split.drawers))]
    drawings = collection.characters(split.alphabets, drawers, SIDE)
    asked = len(split.alphabets) * drawings.way * len(drawers) * (len(drawers) - 1)
    if asked < FEWEST:
        raise InputError(
            f"{collection.name}: its validation alphabets give {asked} queries to choose on when"
            f" classify answers unknown, which takes {FEWEST} or more"
        )
    if not collection.name.startswith(FOLDER):  # whose pictures are drawn again already
        drawings = prepared(drawings, config.size)
    else:
        drawings = collection.characters(split.alphabets, drawers, config.size)
    scores = scores_within(network.to(device), drawings.to(device))
    check_scores(scores.values(), folder.weights)
    queries = {
        shots: trial_queries(scores, drawings.way, shots) for shots in SHOTS if shots < len(drawers)
    }
    rejection = choose_rejection(queries[1])
    found = Calibrated(
        dataset=collection.name,
        fingerprint=collection.fingerprint,
        alphabets=list(split.alphabets),
        way=drawings.way,
        rejection=rejection,
        quality=[quality(rejection, of_shots, shots) for shots, of_shots in queries.items()],
    )
    write_json(folder.rejection, found.document())
    return found


def calibrate_if_possible(
    folder: TrainedFolder, collection: Collection, device: torch.device
) -> None:
    """Calibrates at a training's end; a failure is told and fails nothing.

    Raises:
        NoRoom: the disk takes nothing more.
    """
    folder.rejection.unlink(missing_ok=True)  # an older network's
    try:
        with Progress("unknown", 1) as progress:
            one = calibrate(folder, collection, device).quality[0]
            progress.finished(
                f"classify will refuse {points(one.false_refusal)}% of right answers, and take"
                f" {points(one.false_acceptance)}% of drawings of no class for one (validation)"
            )
    except InputError as reason:
        say(f"{reason}; the quick study's choice is taken")
    except Exception as error:
        if (full := no_room(error)) is not None:
            raise full from None
        log.warning(
            "%s: when to answer unknown could not be chosen: %s: %s",
            folder.folder,
            type(error).__name__,
            error,
        )


def calibrate_if_missing(workspace: Workspace, collection: Collection, machine: Machine) -> None:
    """Calibrates a winner's network that came from another process without a rejection."""
    if workspace.weights.exists() and not workspace.rejection.exists():
        calibrate_if_possible(workspace, collection, resolve_device(machine.device))


def rejection_of(folder: TrainedFolder) -> Rejection:
    """When a folder's network answers `unknown`.

    The quick study's choice, with a line, if none was made for it.

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
    drawn, again = inks.any((1, 2)), np.zeros_like(inks)
    again[drawn] = each_drawn_again(inks[drawn])
    return replace(
        characters,
        pictures=pictures_of(list(again), size).view(*characters.pictures.shape[:2], size, size),
    )


def _drawers_of(alphabets: int, drawers: int) -> int:
    """How many drawers are asked: as many as `MOST_RUNS` allows, two at least.

    >>> _drawers_of(alphabets=10, drawers=4), _drawers_of(alphabets=5, drawers=20)
    (4, 14)
    """
    allowed = (n for n in range(2, drawers + 1) if alphabets * n * (n - 1) <= MOST_RUNS)
    return max(allowed, default=2)
