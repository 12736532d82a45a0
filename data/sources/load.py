"""Data sets by name."""

from __future__ import annotations

import sys
from pathlib import Path

from data.collection import Collection
from data.names import FOLDER, Dataset
from data.sources.folder import load_folder
from data.sources.glyphs import make_glyphs
from data.sources.omniglot import OmniglotUnavailable, load_omniglot
from data.sources.roots import named_root


def load_collection(dataset: Dataset, data_root: Path | None) -> Collection:
    """Loads a data set by name; "auto" is Omniglot, or the glyphs where Omniglot cannot be had.

    Going on with the glyphs is reported on stderr, and `Collection.name` says which it is.

    Args:
        dataset: "auto", "omniglot", "glyphs" or "folder:PATH".
        data_root: a folder that holds Omniglot, see `load_omniglot`, or the place of PATH on this
            machine, see `load_folder`; None if not given. It must be there whatever the data set.

    Raises:
        InputError: `data_root` is not there, or it or OMNIGLOT_ROOT lacks Omniglot, also with
            "auto"; or a folder holds too little, or something else.
        OmniglotUnavailable: "omniglot" is neither given nor cached, and its download failed.

    Example:
        >>> load_collection("glyphs", data_root=None).name
        'glyphs'
    """
    if data_root is not None:
        named_root(data_root, f"data root {data_root}")
    if dataset == "glyphs":
        return make_glyphs()
    if dataset.startswith(FOLDER):
        return load_folder(dataset, data_root)
    try:
        return load_omniglot(data_root)
    except OmniglotUnavailable as error:
        if dataset == "omniglot":
            raise
        rule = "!" * 80
        print(
            f"{rule}\nNO OMNIGLOT: going on with GLYPHS, a made-up data set.\n"
            f"All results will be for glyphs, and say nothing about Omniglot.\n{error}\n{rule}",
            file=sys.stderr,
        )
        return make_glyphs()
