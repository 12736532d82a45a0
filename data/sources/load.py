"""Which data set a request gets."""

from __future__ import annotations

import sys
from pathlib import Path

from data.collection import Collection
from data.names import Dataset
from data.sources.glyphs import make_glyphs
from data.sources.omniglot import OmniglotUnavailable, load_omniglot


def load_collection(dataset: Dataset, data_root: Path | None) -> Collection:
    """A data set by name; "auto" is Omniglot, or the glyphs where it cannot be had.

    That is said on stderr, and the collection's name tells which it is.

    Raises:
        InputError: `data_root` or OMNIGLOT_ROOT is given but wrong, also with "auto".
        OmniglotUnavailable: "omniglot" is neither given nor cached, and its download failed.
    """
    if dataset == "glyphs":
        return make_glyphs()
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
