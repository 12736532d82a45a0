"""A folder of one's own pictures as a collection: read, drawn like Omniglot's, split, cached.

The split has a fixed seed: it follows from the names alone, so that a later run, a retraining and
a test on any machine have the same. A fifth of the alphabets validates, and a fifth tests. Fewer
than three alphabets are split by their characters instead.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray

from data.collection import THREADS, Collection
from data.errors import InputError
from data.names import FOLDER, PARTS
from data.one_shot_runs import OneShotRun
from data.sources.cache import read_cached, write_cache
from data.sources.folder_layout import Drawn, Layout, find_characters
from data.sources.ink import ink_in
from data.sources.pen import Mask
from data.sources.picture_files import NoPicture, is_picture, read_picture
from data.sources.roots import named_root
from data.sources.scans import PREPARATION, drawn_again, find_drawings
from data.stderr import tell

SEED = 2015
RUNS = 2
"""Given one-shot runs on each test alphabet."""
LEAST = 2
"""Fewest pictures of a character, and characters of an alphabet: else nothing can be asked."""
MOST_PICTURES = 10_000
"""Most pictures of one alphabet: the scores of all its pairs are 400 MB."""
MANY = 500
"""Pictures that take a while to read, which is told."""


@dataclass(frozen=True)
class _Read:
    """A character's drawings as bits, the SHA-256 of their files, and what is skipped."""

    drawings: list[NDArray[np.uint8]]
    digests: list[str]
    skipped: list[str]


def load_folder(name: str, data_root: Path | None = None, *, whole: bool = False) -> Collection:
    """Loads a folder of one's own pictures, `alphabet/character/*` or `character/*`.

    The pictures may be drawn, scanned or photographed, of any size and in any of the formats that
    `classify` reads, and are prepared as there. Of each character as many are used as the
    character with the fewest has. They are kept in the user's cache folder until a file changes.
    The fingerprint is the SHA-256 over the characters' names and the files' content.

    Args:
        name: "folder:PATH". A single alphabet is called by PATH's last part, or where PATH is a
            link on this machine, by that of what it leads to.
        data_root: the folder's place on this machine; None takes PATH.
        whole: all alphabets are to be tested on, none is split off to train.

    Raises:
        InputError: the folder is missing, has another shape, or holds too little.
    """
    path = Path(name.removeprefix(FOLDER))
    called = name if data_root is None else f"data root {data_root}"
    root = named_root(path if data_root is None else data_root, called)
    # Elsewhere, the folder need not have the name under which the study was begun.
    named = Path(os.path.realpath(os.path.expanduser(path)))
    layout = find_characters(root, called, named)
    _check_counts(layout, called, whole)
    key = f"folder-{hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]}"
    origin = _origin(layout)
    cached = read_cached(key, origin)
    if cached is None or len(cached.packed) != len(layout.characters):
        packed, fingerprint, note = _read(layout, called)
        write_cache(key, origin, packed, fingerprint=fingerprint, note=note)
    else:
        packed = cached.packed
        fingerprint, note = cached.about["fingerprint"], cached.about["note"]
    collection = Collection(
        name=name,
        fingerprint=fingerprint,
        packed=packed,
        names=tuple(f"{drawn.alphabet}/{drawn.name}" for drawn in layout.characters),
        background=(),
        evaluation=tuple(dict.fromkeys(drawn.alphabet for drawn in layout.characters)),
        runs=(),
        note=note,
    )
    drawers = collection.drawers
    collection = replace(collection, drawer_parts=(drawers, drawers, drawers))
    return _with_runs(collection, collection.evaluation) if whole else _split(collection)


def _check_counts(layout: Layout, called: str, whole: bool) -> None:
    characters = layout.characters
    fewest = min(characters, key=lambda drawn: len(drawn.files))
    if len(fewest.files) < LEAST:
        raise InputError(f"{called}: {_too_few(fewest, len(fewest.files), layout)}")
    counts = Counter(drawn.alphabet for drawn in characters)
    parts = 1 if whole or len(counts) > 2 else 3
    alphabet = min(counts, key=lambda name: counts[name])
    if counts[alphabet] < parts * LEAST:
        why = "" if parts == 1 else ", of which some train, some validate and some test"
        raise InputError(
            f"{called}: alphabet {alphabet} has {_counted(counts[alphabet], 'character')}, but"
            f" {'each alphabet' if len(counts) > 1 else 'it'} needs {parts * LEAST} or more{why}"
        )


def _too_few(drawn: Drawn, count: int, layout: Layout, skipped: Sequence[str] = ()) -> str:
    """How many pictures a character lacks, and its first file that is none."""
    others = [_other(file) for file in layout.others if file.parent == drawn.folder]
    first = "".join(f": skipped {reason}" for reason in [*skipped, *others][:1])
    return (
        f"character {drawn.alphabet}/{drawn.name} has {_counted(count, 'picture')}, but each"
        f" character needs {LEAST} or more{first}"
    )


def _other(path: Path) -> str:
    """Why something in a folder is no picture; links to nothing and pipes may be named as one."""
    return f"{path.name}: {'no file' if is_picture(path) else 'no picture by its ending'}"


def _origin(layout: Layout) -> str:
    """A text that changes when files do, or how they are prepared, without what the files hold.

    Of files it is names, sizes and times.
    """
    digest = hashlib.sha256(b"%d\0" % PREPARATION)
    for drawn in layout.characters:
        digest.update(json.dumps([drawn.alphabet, drawn.name]).encode())
        for file in drawn.files:
            stat = file.stat()
            digest.update(os.fsencode(file) + b"\0%d\0%d\0" % (stat.st_size, stat.st_mtime_ns))
    return digest.hexdigest()


def _read(layout: Layout, called: str) -> tuple[NDArray[np.uint8], str, str]:
    """Reads the pictures: bits, uint8 [characters, drawers, 1379], fingerprint and note."""
    characters = layout.characters
    largest = max(Counter(drawn.alphabet for drawn in characters).values())
    wanted = min(max(LEAST, MOST_PICTURES // largest), *(len(drawn.files) for drawn in characters))
    if len(characters) * wanted >= MANY:
        tell(f"{called}: reading {len(characters) * wanted} pictures, once")
    pool, ended = ThreadPoolExecutor(THREADS), Event()
    try:
        read = list(pool.map(lambda drawn: _drawings(drawn, wanted, ended), characters))
    finally:  # an interrupt does not wait for the other characters
        ended.set()
        pool.shutdown(cancel_futures=True)
    fewest = min(
        range(len(read)), key=lambda row: (len(read[row].drawings), len(characters[row].files))
    )
    drawers = len(read[fewest].drawings)
    skipped = [reason for of_character in read for reason in of_character.skipped]
    if drawers < LEAST:
        why = _too_few(characters[fewest], drawers, layout, read[fewest].skipped)
        raise InputError(f"{called}: {why}")
    digest = hashlib.sha256()
    for drawn, of_character in zip(characters, read, strict=True):
        row = [drawn.alphabet, drawn.name, *of_character.digests[:drawers]]
        digest.update(json.dumps(row).encode())
    skipped += map(_other, layout.others)
    note = _note(characters, drawers, fewest, skipped)
    packed = np.stack([np.stack(of_character.drawings[:drawers]) for of_character in read])
    return packed, digest.hexdigest(), note


def _drawings(drawn: Drawn, wanted: int, ended: Event) -> _Read:
    """A character's first drawings; files that hold none are passed over."""
    found = _Read([], [], [])
    for file in drawn.files:
        if len(found.drawings) == wanted or ended.is_set():
            break
        try:
            drawing = _drawing(file)
            with file.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
        except NoPicture as reason:
            found.skipped.append(f"{drawn.alphabet}/{drawn.name}/{file.name}: {reason}")
            continue
        found.drawings.append(np.packbits(drawing.reshape(-1)))
        found.digests.append(digest)
    return found


def _drawing(file: Path) -> Mask:
    """A picture's character; strokes far apart are one, for no picture here holds several."""
    picture = read_picture(file)
    drawings = find_drawings(picture)
    return (
        drawings[0].ink
        if len(drawings) == 1
        else drawn_again(ink_in(picture, photograph=True).mask)
    )


def _note(characters: Sequence[Drawn], drawers: int, fewest: int, skipped: Sequence[str]) -> str:
    """What is used and what is not, in words."""
    note = _counted(drawers, "picture") + " of each character"
    unused = sum(len(drawn.files) - drawers for drawn in characters)
    if unused:
        drawn = characters[fewest]
        why = f"{drawn.alphabet}/{drawn.name} has no more"
        if len(drawn.files) > drawers and not skipped:
            why = "an alphabet's pictures are all compared with each other"
        note += f" ({why}; {unused} files are not used)"
    if skipped:
        more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
        note += f"; skipped {ascii(skipped[0])[1:-1]}{more}"
    return note


def _split(collection: Collection) -> Collection:
    """Splits a collection without one: by alphabets, or where these are few by characters."""
    alphabets = collection.evaluation
    rng = np.random.default_rng(SEED)
    if len(alphabets) > 2:
        order = [alphabets[place] for place in rng.permutation(len(alphabets))]
        held = max(1, round(len(order) / 5))
        test, validation = sorted(order[:held]), sorted(order[held : 2 * held])
        split = replace(
            collection,
            background=tuple(sorted(order[2 * held :])),
            evaluation=(*validation, *test),
        )
        return _with_runs(split, test)
    part_of: dict[str, str] = {}
    for alphabet in alphabets:
        own = [name for name in collection.names if name.partition("/")[0] == alphabet]
        held = max(LEAST, round(len(own) / 5))
        for place, row in enumerate(rng.permutation(len(own)).tolist()):
            part = 2 if place < held else 1 if place < 2 * held else 0
            part_of[own[row]] = f"{alphabet} ({PARTS[part]})"
    # Characters of a part stand together, as those of an alphabet do.
    rows = sorted(range(len(collection.names)), key=lambda row: part_of[collection.names[row]])
    names = [collection.names[row] for row in rows]
    training, validation, test = (
        [f"{alphabet} ({part})" for alphabet in alphabets] for part in PARTS
    )
    split = replace(
        collection,
        packed=collection.packed[rows],
        names=tuple(f"{part_of[name]}/{name.partition('/')[2]}" for name in names),
        background=tuple(training),
        evaluation=(*validation, *test),
    )
    return _with_runs(split, test)


def _with_runs(collection: Collection, tested: Sequence[str]) -> Collection:
    """Draws one-shot runs on the test alphabets, each run by two drawers."""
    rng = np.random.default_rng(SEED)
    counts = Counter(name.partition("/")[0] for name in collection.names)
    runs = []
    for alphabet in tested:
        for _ in range(RUNS):
            support, query = (rng.permutation(len(collection.drawers))[:2] + 1).tolist()
            chosen = (rng.permutation(counts[alphabet])[: collection.way] + 1).tolist()
            runs.append(OneShotRun(alphabet, support, query, tuple(chosen)))
    return replace(collection, runs=tuple(runs))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
