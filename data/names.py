"""Names of data sets, checked without loading any, and the largest N of their N-way trials."""

from __future__ import annotations

Dataset = str
"""A data set's name: "auto", "omniglot", "glyphs" or "folder:PATH".

"auto" is Omniglot, or the glyphs where Omniglot cannot be had; PATH is a folder of one's own.
"""
FOLDER = "folder:"
"""What the name of a folder of one's own begins with."""
PARTS = ("training", "validation", "test")
"""What stands in brackets after an alphabet's name, where its characters are split."""
MOST_WAY = 20
"""N of the N-way one-shot trials on a data set, unless an alphabet has fewer characters."""


def checked(name: str) -> Dataset:
    """The name, if it is a data set's.

    Raises:
        ValueError: it is none; the message says what is allowed.

    Example:
        >>> checked("folder:runes")
        'folder:runes'
        >>> checked("mnist")
        Traceback (most recent call last):
        ValueError: should be 'auto', 'folder:PATH', 'omniglot' or 'glyphs', not 'mnist'
    """
    if name in ("auto", "omniglot", "glyphs") or _names_a_folder(name):
        return name
    raise ValueError(f"should be 'auto', 'folder:PATH', 'omniglot' or 'glyphs', not {name!r}")


def checked_extra(name: str) -> Dataset:
    """The name, if alphabets of that data set may be trained on beside another's.

    Raises:
        ValueError: they may not; the message says what is allowed.

    Example:
        >>> checked_extra("auto")
        Traceback (most recent call last):
        ValueError: should be 'folder:PATH' or 'glyphs', not 'auto'
    """
    if name == "glyphs" or _names_a_folder(name):
        return name
    raise ValueError(f"should be 'folder:PATH' or 'glyphs', not {name!r}")


def without_part(alphabet: str) -> str:
    """An alphabet's name, without what is added to one that is split by its characters.

    Example:
        >>> without_part("runes (validation)")
        'runes'
    """
    for part in PARTS:
        alphabet = alphabet.removesuffix(f" ({part})")
    return alphabet


def _names_a_folder(name: str) -> bool:
    """Whether a name is a folder's.

    Raises:
        ValueError: the folder's path is not UTF-8, as all is that a study keeps of it.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ValueError(f"should name a folder whose path is UTF-8, not {name!r}") from None
    return name.startswith(FOLDER) and name != FOLDER
