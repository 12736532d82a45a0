"""Folders of one's own pictures: which characters they hold, and which files."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from data.errors import InputError
from data.sources.picture_files import is_picture
from data.system_files import passed_over

SHAPE = "should hold ALPHABET/CHARACTER/pictures, or CHARACTER/pictures for one alphabet"


class Drawn(NamedTuple):
    """A character's files.

    Attributes:
        alphabet: its name.
        name: the character's name.
        files: files that look like pictures by their endings, sorted by name.
        folder: the folder that holds them.
    """

    alphabet: str
    name: str
    files: tuple[Path, ...]
    folder: Path


class Layout(NamedTuple):
    """What a folder holds.

    Attributes:
        characters: sorted by alphabet, then by name.
        others: what is neither a folder nor a picture by its ending.
    """

    characters: list[Drawn]
    others: list[Path]


def find_characters(root: Path, called: str, named: Path) -> Layout:
    """Finds a folder's characters: `alphabet/character/*`, or `character/*` for one alphabet.

    Hidden files and folders are passed over; links are followed.

    Args:
        root: the folder.
        called: its name in the error's message.
        named: the folder after which a single alphabet is called; it need not be there.

    Raises:
        InputError: it cannot be read, is empty, has another shape, or two names are one.
    """
    others: list[Path] = []
    folders, files = _content(root, called, others)
    if stray := files or ([] if folders else others):
        raise InputError(f"{called}: {_named(stray[0])} lies in no character's folder; it {SHAPE}")
    if not folders:
        raise InputError(f"{called}: is empty; it {SHAPE}")
    inner = [(folder, *_content(folder, called, others)) for folder in folders]
    deep = [folder for folder, below, _ in inner if below]
    for folder, below, pictures in inner:
        if (below and pictures) or (deep and not below):
            holds = "pictures and folders" if below else "no folder of a character"
            like = deep[0] if deep[0] != folder else folder
            raise InputError(
                f"{called}: mixes levels: {_named(folder)} holds {holds}, {_named(like)} folders;"
                f" it {SHAPE}"
            )
    if not deep:
        alphabet = _name(named) or "folder"
        found = [Drawn(alphabet, _name(at), tuple(files), at) for at, _, files in inner]
        return Layout(_distinct(found, called), others)
    found = []
    for folder, below, _ in inner:
        for character in below:
            deeper, pictures = _content(character, called, others)
            if deeper:
                place = f"{_named(folder)}/{_named(character)}"
                raise InputError(f"{called}: {place} holds folders; it {SHAPE}")
            found.append(Drawn(_name(folder), _name(character), tuple(pictures), character))
    return Layout(_distinct(found, called), others)


def _content(folder: Path, called: str, others: list[Path]) -> tuple[list[Path], list[Path]]:
    """A folder's folders and pictures, sorted by name; what else it holds goes to `others`."""
    folders, pictures = [], []
    try:
        entries = [path for path in folder.iterdir() if not passed_over(path.name)]
        for path in sorted(entries, key=lambda path: (_name(path), path.name)):
            if path.is_dir():
                folders.append(path)
            elif path.is_file() and is_picture(path):
                pictures.append(path)
            else:  # also a link to nothing, or a pipe, which would be waited for
                others.append(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{called}: {folder} cannot be read: {reason}") from None
    return folders, pictures


def _distinct(found: Sequence[Drawn], called: str) -> list[Drawn]:
    seen: set[tuple[str, str]] = set()
    for character in found:
        key = (character.alphabet, character.name)
        if key in seen:
            raise InputError(f"{called}: two folders are called {'/'.join(key)}")
        seen.add(key)
    return list(found)


def _name(path: Path) -> str:
    """A folder's name: one name, however a system writes its accents, and always Unicode."""
    return unicodedata.normalize("NFC", os.fsencode(path.name).decode(errors="replace"))


def _named(path: Path) -> str:
    """A file's or folder's name on one line."""
    name = _name(path)
    return name if name.isprintable() else repr(name)
