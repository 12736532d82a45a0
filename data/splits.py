"""Which alphabets and drawers train, validate and test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch

from data.characters import Characters
from data.collection import DRAWERS, Collection


class Split(NamedTuple):
    """Some alphabets, and the drawers whose pictures of them are used."""

    alphabets: tuple[str, ...]
    drawers: tuple[int, ...]


class Splits(NamedTuple):
    train: Split
    validation: Split
    test: Split


SplitsOf = Callable[[Collection], Splits]
"""How a collection is split."""
ALL_DRAWERS = tuple(range(1, DRAWERS + 1))


def paper_splits(collection: Collection) -> Splits:
    """The paper's splits (section 4.1): 30 / 10 / 10 alphabets, 12 / 4 / 4 drawers.

    The test alphabets are those of the given one-shot runs, so nothing of them is ever trained
    or tuned on.
    """
    tested = {run.alphabet for run in collection.runs}
    return Splits(
        train=Split(collection.background, ALL_DRAWERS[:12]),
        validation=Split(
            tuple(name for name in collection.evaluation if name not in tested), ALL_DRAWERS[12:16]
        ),
        test=Split(
            tuple(name for name in collection.evaluation if name in tested), ALL_DRAWERS[16:]
        ),
    )


def drawer_splits(collection: Collection) -> Splits:
    """The same alphabets throughout, those of the background set; drawers 12 / 4 / 4.

    A re-implementation's: what it measures is new hands, not new characters.
    """
    return Splits(
        train=Split(collection.background, ALL_DRAWERS[:12]),
        validation=Split(collection.background, ALL_DRAWERS[12:16]),
        test=Split(collection.background, ALL_DRAWERS[16:]),
    )


def all_drawer_splits(collection: Collection) -> Splits:
    """The paper's alphabets, each by all twenty drawers: a re-implementation's."""
    return Splits(*(Split(split.alphabets, ALL_DRAWERS) for split in paper_splits(collection)))


@dataclass(frozen=True)
class SearchData:
    """All that a search may see: training and validation pictures, no test alphabet."""

    train: Characters
    validation: Characters

    @classmethod
    def of(
        cls,
        collection: Collection,
        size: int,
        device: torch.device,
        splits: SplitsOf = paper_splits,
    ) -> SearchData:
        """Training and validation pictures of a collection, `size` pixels wide, on a device."""
        train, validation, _ = splits(collection)
        return cls(
            train=collection.characters(*train, size).to(device),
            validation=collection.characters(*validation, size).to(device),
        )


def held_out_characters(collection: Collection, size: int, device: torch.device) -> Characters:
    """The test alphabets by all twenty drawers; only what runs after a search may call this."""
    splits = paper_splits(collection)
    return collection.characters(splits.test.alphabets, ALL_DRAWERS, size).to(device)


def evaluation_characters(collection: Collection, size: int, device: torch.device) -> Characters:
    """Validation and test alphabets by all twenty drawers, for what runs after a search alone."""
    return collection.characters(collection.evaluation, ALL_DRAWERS, size).to(device)
