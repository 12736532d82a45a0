"""How a folder of one's own is split, told before anything trains."""

from __future__ import annotations

from collections.abc import Sequence

from data.collection import Collection
from data.names import FOLDER
from data.splits import paper_splits
from hpo.runtime.literal_text import say

SHOWN = 12
"""Names that a line shows."""


def say_split(collection: Collection) -> None:
    """Tells on stderr what of a folder trains, validates and tests; nothing of other data sets."""
    if not collection.name.startswith(FOLDER):
        return
    say(
        f"{collection.name}: {len(collection.names)} characters, {collection.note};"
        f" accuracies are {collection.way}-way; fingerprint {collection.fingerprint[:12]}"
    )
    of = {
        alphabet: [name.partition("/")[2] for name in collection.names if _within(name, alphabet)]
        for alphabet in (*collection.background, *collection.evaluation)
    }
    for what, split in zip(("train", "validate", "test"), paper_splits(collection), strict=True):
        names = split.alphabets
        count = sum(len(of[alphabet]) for alphabet in names)
        # Of a single alphabet the characters say more than the part's name.
        shown = of[names[0]] if len(names) == 1 else names
        several = f" of {len(names)} alphabets" if len(names) > 1 else ""
        say(f"  {what}: {count} characters{several}: {_listed(shown)}")


def _within(name: str, alphabet: str) -> bool:
    return name.partition("/")[0] == alphabet


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
