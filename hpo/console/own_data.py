"""How a folder of one's own is split, told before anything trains."""

from __future__ import annotations

from collections.abc import Sequence

from data.collection import Collection
from data.names import FOLDER, without_part
from data.splits import paper_splits
from hpo.runtime.literal_text import say

SHOWN = 12
"""Names that a line shows."""


def say_split(collection: Collection) -> None:
    """Tells on stderr what of a folder trains, validates and tests; nothing of other data sets.

    Alphabets by their names: characters of several may be called alike. Only the parts of a single
    alphabet by their characters'.
    """
    if not collection.name.startswith(FOLDER):
        return
    say(
        f"{collection.name}: {len(collection.names)} characters, {collection.note};"
        f" accuracies are {collection.way}-way; fingerprint {collection.fingerprint[:12]}"
    )
    of: dict[str, list[str]] = {}
    for name in collection.names:
        alphabet, _, character = name.partition("/")
        of.setdefault(alphabet, []).append(character)
    splits = paper_splits(collection)
    whole = [[without_part(alphabet) for alphabet in split.alphabets] for split in splits]
    parted = whole[0] == whole[1] == whole[2]
    for what, split, alphabets in zip(("train", "validate", "test"), splits, whole, strict=True):
        counts = [len(of[alphabet]) for alphabet in split.alphabets]
        each = f"{sum(counts)} characters"
        if parted and len(alphabets) == 1:
            say(f"  {what}: {each} of {alphabets[0]}: {_listed(of[split.alphabets[0]])}")
            continue
        several = f"{len(alphabets)} alphabet{'' if len(alphabets) == 1 else 's'}"
        shown = [f"{name} ({count})" for name, count in zip(alphabets, counts, strict=True)]
        say(
            f"  {what}: {each}{', parts of' if parted else ' of'} {several},"
            f" {len(split.drawers)} pictures of each: {_listed(shown)}"
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
