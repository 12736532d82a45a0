"""What a network was trained on through the networks that its training was given.

A training that starts from another network, or learns from one, learns of its pictures too, and of
those that this one learned of in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hpo.study.accuracies import ResultsTable
from model.pictures_config import PicturesConfig


class GivenPictures(ResultsTable):
    """The pictures that a given network was trained on.

    Attributes:
        network: the folder or weights file that the configuration of the training names it by.
        dataset: its data set, "omniglot", "glyphs" or "folder:PATH"; None if it is not known.
        fingerprint: fingerprint of the data set; None if it is not known.
        pictures: what it was given of this data set, and beside it.
        extra_fingerprint: fingerprint of its extra alphabets; None if it is not known, or there
            were none.
    """

    network: str
    dataset: str | None
    fingerprint: str | None
    pictures: PicturesConfig
    extra_fingerprint: str | None


_SEVERAL = TypeAdapter(list[GivenPictures])


def in_document(table: dict[str, Any]) -> list[GivenPictures]:
    """Those that are kept with a network's results, or a member's; none in those of old versions.

    Args:
        table: of JSON, which may hold anything.
    """
    try:
        return _SEVERAL.validate_python(table.get("given_pictures") or [])
    except ValidationError:  # of a version that is to come, or damaged
        return []


def trained_besides(pictures: PicturesConfig, given: Iterable[GivenPictures]) -> str | None:
    """What a network was trained on besides the training split, in words; None if nothing.

    Args:
        pictures: of its own training.
        given: of the networks that it was given.

    Example:
        >>> one = {"network": "runs/a", "dataset": "omniglot", "fingerprint": None}
        >>> of_one = PicturesConfig(extra="glyphs")
        >>> given = GivenPictures(**one, pictures=of_one, extra_fingerprint=None)
        >>> trained_besides(PicturesConfig(drawers="all"), [given])
        'all drawers, and the alphabets of glyphs through the network at runs/a'
    """
    through = [(one.pictures.besides, f"the network at {one.network}") for one in given]
    return _joined(pictures.besides, through)


def besides_in_short(pictures: PicturesConfig, given: Iterable[GivenPictures]) -> str | None:
    """`trained_besides` without the names of data sets and networks, which may be long paths."""
    through = [(one.pictures.besides_in_short, "a given network") for one in given]
    return _joined(pictures.besides_in_short, through)


def _joined(own: str | None, through: Sequence[tuple[str | None, str]]) -> str | None:
    given = [f"{besides} through {network}" for besides, network in through if besides]
    return ", and ".join(dict.fromkeys([*([own] if own else []), *given])) or None
