"""The cache: verified or generated pictures, bit-packed in the user's cache folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from data.collection import DRAWERS, PACKED_BYTES
from data.full_disk import NoRoom
from data.stderr import tell
from data.whole_files import clear_begun, replacing


def cache_folder() -> Path:
    """The project's folder among the user's caches.

    Raises:
        OSError: the user has no home, as in containers that run as a user whom no file knows.
    """
    try:
        return user_cache_path("siamese-hpo")
    except RuntimeError:
        raise OSError("no home folder is known; XDG_CACHE_HOME names a folder instead") from None


def cache_path(dataset: str) -> Path:
    """Path of the file that holds a data set's pictures.

    Raises:
        OSError: there is no folder for it, see `cache_folder`.
    """
    return cache_folder() / f"{dataset}.npz"


class Cached(NamedTuple):
    """What the cache holds of a data set.

    Attributes:
        packed: bits, uint8 [characters, drawers, 1379].
        about: what else was stored with them.
    """

    packed: NDArray[np.uint8]
    about: dict[str, str]


def read_cache(dataset: str, origin: str | None) -> NDArray[np.uint8] | None:
    """Reads the pictures of Omniglot or the glyphs from the cache; None if there are none to trust.

    Args:
        dataset: "omniglot" or "glyphs".
        origin: what the pictures must have been made from; None accepts any.

    Returns:
        Bits, uint8 [characters, 20, 1379].
    """
    cached = read_cached(dataset, origin)
    return None if cached is None or cached.packed.shape[1] != DRAWERS else cached.packed


def read_cached(dataset: str, origin: str | None) -> Cached | None:
    """Reads a data set's pictures, and what was stored with them; None if there are none to trust.

    The file's own CRC32 of each array is checked while it is read: a damaged file counts as none.
    """
    try:
        with ZipFile(cache_path(dataset)) as stored:
            if origin is not None and _array(stored, "origin").item() != origin:
                return None
            packed = _array(stored, "packed")
            names = [name.removesuffix(".npy") for name in stored.namelist()]
            more = [name for name in names if name not in ("packed", "origin")]
            about = {name: str(_array(stored, name).item()) for name in more}
    # What zipfile and NumPy raise on damaged bytes is documented by neither: TokenError,
    # NotImplementedError, zlib.error, MemoryError ... The pictures can always be made anew.
    except Exception:
        return None
    if packed.dtype != np.uint8 or packed.ndim != 3 or packed.shape[2] != PACKED_BYTES:
        return None
    return Cached(packed, about)


def _array(stored: ZipFile, name: str) -> NDArray[Any]:
    with stored.open(f"{name}.npy") as member:
        array: NDArray[Any] = np.lib.format.read_array(member)
        # The CRC32 is checked at the member's end, which a damaged shape can leave unread.
        member.read()
    return array


def write_cache(dataset: str, origin: str, packed: NDArray[np.uint8], **about: str) -> None:
    """Stores a data set's pictures with what they were made from, whole or not at all.

    Stores nothing, which a line says, if the folder cannot be written to.
    """
    where = ""
    try:
        path = cache_path(dataset)
        where = f"{path}: "
        clear_begun(path.parent)
        with replacing(path) as partial, partial.open("wb") as file:
            texts = {name: np.array(text) for name, text in {"origin": origin, **about}.items()}
            np.savez(file, allow_pickle=False, packed=packed, **texts)
    except (OSError, NoRoom) as error:
        reason = getattr(error, "strerror", None) or error
        tell(f"no cache, so every start is slower: {where}{reason}")
