"""The known pictures of each class, whatever they are given as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from data.errors import InputError
from data.sources.scans import pictures_of
from hpo.classify.support import check_classes, read_support
from siamese_hpo.pictures import FILE, Picture, Pictures, by_name, prepared
from siamese_hpo.places import place

Known = Pictures | Mapping[str, Picture | Sequence[Picture]]
"""A folder, as the command `classify` takes it, or pictures of which each is a class; a mapping may
have several pictures of a class."""


@dataclass(frozen=True)
class Classes:
    """Known pictures as a network takes them.

    Attributes:
        names: names of the classes.
        pictures: uint8 [pictures, size, size], 255 is ink.
        owners: int64 [pictures], the class of each.
    """

    names: list[str]
    pictures: Tensor
    owners: Tensor


def classes_of(given: Known, size: int) -> Classes:
    """Makes known pictures a network's input.

    Args:
        given: the pictures. A mapping's keys are the classes; of a list of files it is their names
            without the ending, of other pictures their numbers.
        size: height and width that the network takes.

    Raises:
        InputError: a picture cannot be used, two have one class, the names of two classes read the
            same, or one is "unknown".
    """
    if isinstance(given, FILE):
        found = read_support(place(given, "support"), [])
        pictures = pictures_of(list(found.drawings), size)
        return Classes(found.classes, pictures, found.owners)
    if isinstance(given, Mapping):
        parts = {name: _of_class(name, of, size) for name, of in by_name(given).items()}
        if not parts:
            raise InputError("support: no pictures")
        owners = [number for number, part in enumerate(parts.values()) for _ in part]
        names, pictures = list(parts), torch.cat(list(parts.values()))
    else:
        every = prepared(given, size)
        names, pictures = [Path(name).stem for name in every.names], every.bytes
        owners = list(range(len(names)))
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise InputError(
                f"support: {twice}: two pictures of this class; a mapping may have them"
            )
    check_classes("support", names)
    return Classes(names, pictures, torch.tensor(owners))


def _of_class(name: str, pictures: Pictures, size: int) -> Tensor:
    try:
        return prepared(pictures, size).bytes
    except InputError as error:
        raise InputError(f"support: {name}: {error}") from None
