"""Folders of the user's own pictures, which nothing may be written to."""

from __future__ import annotations

import os
from pathlib import Path

from data.errors import InputError
from data.names import FOLDER


def check_apart(
    output: Path, dataset: str, extra: str | None = None, data_root: Path | None = None
) -> None:
    """Checks that what is to be written does not come to lie among pictures that are read.

    Else it would be taken for more of them, or their folder for none of pictures any more.

    Args:
        output: the folder that is written to; it need not exist yet.
        dataset: a data set's name, such as "folder:PATH".
        extra: another's, that is trained on too; None if there is none.
        data_root: the data set's place on this machine; None takes PATH.

    Raises:
        InputError: `output` is a folder of these pictures, or lies in it.
    """
    for name, root in ((dataset, data_root), (extra or "", None)):
        if not name.startswith(FOLDER):
            continue
        pictures = root or Path(name.removeprefix(FOLDER))
        inner, outer = (Path(os.path.realpath(os.path.expanduser(at))) for at in (output, pictures))
        if outer in (inner, *inner.parents):
            raise InputError(
                f"{output}: lies in {pictures}, whose pictures are read; choose a folder elsewhere"
            )
