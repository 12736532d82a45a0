"""Which alphabets and drawers train, validate and test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch

from data.characters import Characters
from data.collection import Collection


class Split(NamedTuple):
    """A split: some alphabets, and the drawers whose pictures of them are used."""

    alphabets: tuple[str, ...]
    drawers: tuple[int, ...]


class Splits(NamedTuple):
    """The splits to train, validate and test on."""

    train: Split
    validation: Split
    test: Split


SplitsOf = Callable[[Collection], Splits]
"""A function that splits a collection."""


def paper_splits(collection: Collection) -> Splits:
    """The paper's splits (section 4.1): 30 / 10 / 10 alphabets, 12 / 4 / 4 drawers.

    A folder's pictures are all used: its drawers need not be the same from one character to the
    next, so that there is nothing to hold out. The test alphabets are those of the given one-shot
    runs, so nothing of them is ever trained or tuned on.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> splits = paper_splits(make_glyphs())
        >>> [(len(split.alphabets), len(split.drawers)) for split in splits]
        [(30, 12), (10, 4), (10, 4)]
    """
    tested = {run.alphabet for run in collection.runs}
    train, validation, test = collection.drawer_parts
    return Splits(
        train=Split(collection.background, train),
        validation=Split(
            tuple(name for name in collection.evaluation if name not in tested), validation
        ),
        test=Split(tuple(name for name in collection.evaluation if name in tested), test),
    )


def drawer_splits(collection: Collection) -> Splits:
    """Splits by drawers alone: the 30 background alphabets throughout, drawers 12 / 4 / 4.

    A re-implementation splits like this: its accuracy is on new hands, not on new characters.
    """
    return Splits(*(Split(collection.background, drawers) for drawers in collection.drawer_parts))


def all_drawer_splits(collection: Collection) -> Splits:
    """Splits by alphabets alone: the paper's 30 / 10 / 10, each by all drawers.

    A re-implementation splits like this.
    """
    return Splits(
        *(Split(split.alphabets, collection.drawers) for split in paper_splits(collection))
    )


@dataclass(frozen=True)
class SearchData:
    """What a search may see: training and validation pictures, no test alphabet.

    Attributes:
        train: the pictures to train on.
        validation: the pictures to validate on.
        extra_alphabets: how many alphabets of `train`, the last ones, are of the collection's extra
            data set.
    """

    train: Characters
    validation: Characters
    extra_alphabets: int = 0

    @classmethod
    def of(
        cls,
        collection: Collection,
        size: int,
        device: torch.device,
        splits: SplitsOf = paper_splits,
    ) -> SearchData:
        """Unpacks a collection's training and validation pictures onto a device.

        Args:
            collection: the whole data set.
            size: height and width of the pictures, 7 to 105 pixels.
            device: where the pictures go.
            splits: which alphabets and drawers train and validate.

        Raises:
            InputError: the extra data set has fewer drawings of a character than people draw the
                training alphabets.

        Example:
            >>> from data.sources.glyphs import make_glyphs
            >>> data = SearchData.of(make_glyphs(), size=14, device=torch.device("cpu"))
            >>> len(data.train.alphabets), data.validation.pictures.shape
            (30, torch.Size([220, 4, 14, 14]))
        """
        train, validation, _ = splits(collection)
        characters, extra = collection.characters(*train, size), collection.extra
        alphabets: tuple[str, ...] = ()
        if extra is not None:
            collection.check_extra(train.drawers)
            alphabets = extra.background + extra.evaluation
            more = extra.characters(alphabets, extra.drawers[: len(train.drawers)], size)
            characters = characters.beside(more)
        return cls(
            train=characters.to(device),
            validation=collection.characters(*validation, size).to(device),
            extra_alphabets=len(alphabets),
        )


def held_out_characters(collection: Collection, size: int, device: torch.device) -> Characters:
    """The test alphabets by all drawers; only what runs after a search may take them."""
    splits = paper_splits(collection)
    return collection.characters(splits.test.alphabets, collection.drawers, size).to(device)


def evaluation_characters(collection: Collection, size: int, device: torch.device) -> Characters:
    """Validation and test alphabets by all drawers; only for what runs after a search."""
    return collection.characters(collection.evaluation, collection.drawers, size).to(device)
