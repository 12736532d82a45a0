"""Verified or generated pictures, bit-packed in the user's cache folder for fast starts."""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path


def cache_path(dataset: str) -> Path:
    """The one file that holds a data set's pictures."""
    return user_cache_path("siamese-hpo") / f"{dataset}.npz"


def read_cache(dataset: str, origin: str | None) -> NDArray[np.uint8] | None:
    """The pictures stored for a data set, or None where there are none to trust.

    Args:
        dataset: "omniglot" or "glyphs".
        origin: what the pictures must have been made of; None takes any.

    The file's own CRC32 of each array is checked as it is read: a damaged file counts as none.
    """
    try:
        with np.load(cache_path(dataset)) as stored:
            if origin is not None and stored["origin"].item() != origin:
                return None
            packed: NDArray[np.uint8] = stored["packed"]
            return packed
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return None


def write_cache(dataset: str, origin: str, packed: NDArray[np.uint8]) -> None:
    """Store a data set's pictures with what they were made of, whole or not at all.

    Where the folder cannot be written to there is a warning, and no cache.
    """
    path = cache_path(dataset)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with open(handle, "wb") as file:
                np.savez(file, packed=packed, origin=np.array(origin))
            os.replace(partial, path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
    except OSError as error:
        warnings.warn(f"no cache, so every start is slower: {path}: {error}", stacklevel=2)
