"""Data sets by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from data.collection import Collection
from data.errors import InputError
from data.names import FOLDER, Dataset, without_part
from data.sources.folder import load_folder
from data.sources.glyphs import make_glyphs
from data.sources.omniglot import OmniglotUnavailable, load_omniglot
from data.sources.roots import named_root
from data.stderr import tell


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
    assert dataset in ("auto", "omniglot"), dataset
    try:
        return load_omniglot(data_root)
    except OmniglotUnavailable as error:
        if dataset == "omniglot":
            raise
        rule = "!" * 80
        tell(
            f"{rule}\nNO OMNIGLOT: going on with GLYPHS, a made-up data set.\n"
            f"All results will be for glyphs, and say nothing about Omniglot.\n{error}\n{rule}"
        )
        return make_glyphs()


def for_training(collection: Collection, extra: Dataset | None, all_drawers: bool) -> Collection:
    """The data set with what a training takes besides; validation and test stay the same.

    Args:
        collection: the data set.
        extra: a data set all of whose alphabets are trained on too, "glyphs" or "folder:PATH";
            None adds none.
        all_drawers: train on the drawings of all drawers, not of those of the training split.

    Raises:
        InputError: the extra data set's folder is missing, or holds something else; or what it
            holds is what the data set validates or tests on.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> for_training(make_glyphs(), None, all_drawers=True).drawer_parts[0][-1]
        20
    """
    if all_drawers:
        _, validation, test = collection.drawer_parts
        parts = collection.drawers, validation, test
        collection = replace(collection, drawer_parts=parts)
    if extra is None or (collection.extra is not None and collection.extra.name == extra):
        return collection
    try:
        more = make_glyphs() if extra == "glyphs" else load_folder(extra, whole=True)
    except InputError as error:
        raise InputError(f"train.pictures.extra: {error}") from None
    held_out = {_spelt(name) for name in collection.evaluation}
    both = [name for name in more.background + more.evaluation if _spelt(name) in held_out]
    if both or more.fingerprint == collection.fingerprint:
        raise InputError(
            f"train.pictures.extra: {extra} has"
            f" {f'an alphabet {both[0]}, as' if both else 'the pictures of'} {collection.name},"
            " which validates and tests on them: they must not be trained on"
        )
    collection = replace(collection, extra=more)
    collection.check_extra(collection.drawer_parts[0])
    return collection


def _spelt(name: str) -> str:
    """An alphabet's name, however it is spelt, and whole where its characters are split.

    Omniglot's folders have _ for a space.
    """
    return without_part(name).casefold().replace("_", " ")
