"""Omniglot: from a folder, the user's cache folder or the network."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.collection import Collection
from data.errors import InputError
from data.one_shot_runs import official_runs
from data.sources.cache import read_cache, write_cache
from data.sources.download import download
from data.sources.omniglot_files import (
    BACKGROUND,
    EVALUATION,
    FINGERPRINTS,
    alphabets,
    find_sets,
    origin_of,
    read_sets,
)
from data.sources.roots import named_root


class OmniglotUnavailable(InputError):  # noqa: N818 - a state of the world, not a mistake
    """No folder with Omniglot is given, none is cached, and the download failed."""


def load_omniglot(data_root: Path | None) -> Collection:
    """Loads Omniglot (Lake et al. 2015): 50 alphabets, 1 623 characters, 20 drawers.

    Pictures come from `data_root`, else from the folder in the environment variable
    OMNIGLOT_ROOT, else from the user's cache folder, else from the network. A folder holds
    images_background and images_evaluation, each as a zip (Lake's or re-packed) or extracted.
    Every picture is verified, then kept in one file in the user's cache folder; a folder whose
    files have not changed since is not read again.

    The collection's fingerprint is the SHA-256 over the two sets' fingerprints in hex.

    Raises:
        InputError: a given folder is missing, or anything in it is wrong.
        OmniglotUnavailable: nothing is given or cached, and the download failed.
    """
    if data_root is not None:
        packed = _from_folder(data_root, f"data root {data_root}")
    elif given := os.environ.get("OMNIGLOT_ROOT"):
        packed = _from_folder(Path(given), f"OMNIGLOT_ROOT {given}")
    else:
        cached = read_cache("omniglot", origin=None)
        packed = _download() if cached is None else cached
    return Collection(
        name="omniglot",
        fingerprint=hashlib.sha256("".join(FINGERPRINTS.values()).encode()).hexdigest(),
        packed=packed,
        names=tuple(
            f"{alphabet.name}/character{number:02d}"
            for set_name in FINGERPRINTS
            for alphabet in alphabets(set_name)
            for number in range(1, alphabet.characters + 1)
        ),
        background=tuple(alphabet.name for alphabet in alphabets(BACKGROUND)),
        evaluation=tuple(alphabet.name for alphabet in alphabets(EVALUATION)),
        runs=official_runs(),
    )


def _from_folder(root: Path, called: str) -> NDArray[np.uint8]:
    sets = find_sets(named_root(root, called), called)
    origin = origin_of(sets)
    packed = read_cache("omniglot", origin)
    if packed is None:
        packed = read_sets(sets)
        write_cache("omniglot", origin, packed)
    return packed


def _download() -> NDArray[np.uint8]:
    from torchvision.datasets import Omniglot  # here, for it takes longer than a cached start

    with tempfile.TemporaryDirectory() as folder:
        try:
            for set_name in FINGERPRINTS:
                url = f"{Omniglot.download_url_prefix}/{set_name}.zip"
                download(url, Path(folder), Omniglot.zips_md5[set_name])
        except OSError as error:
            raise OmniglotUnavailable(
                "Omniglot cannot be had: none is in the user's cache folder, the download failed"
                f" ({error}); name a folder that holds images_background.zip and"
                " images_evaluation.zip with --data-root or the environment variable OMNIGLOT_ROOT"
            ) from error
        packed = read_sets(find_sets(Path(folder), "download"))
    write_cache("omniglot", "download", packed)
    return packed
