"""Configuration of the pictures that a training is given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from data.names import checked_extra
from model.strict import Strict


class PicturesConfig(Strict):
    """The pictures that a training is given; validation and test stay the data set's.

    Attributes:
        drawers: whose drawings of the training alphabets: "training" those of the training split
            (the paper's twelve of twenty), "all" everybody's.
        extra: a data set all of whose alphabets are trained on beside the data set's own training
            alphabets: "glyphs" or "folder:PATH", where PATH is the same on every machine; None adds
            none.
        share: the part of the batches that are of extra alphabets, each batch of these or of the
            data set's own alone (not with loss "pairs", which takes all alphabets in turn).
    """

    drawers: Literal["training", "all"] = "training"
    extra: Annotated[str, AfterValidator(checked_extra)] | None = None
    share: float = Field(default=0.5, ge=0, le=1)

    @property
    def besides(self) -> str | None:
        """What is trained on besides the training split, in words; None if nothing is.

        Example:
            >>> PicturesConfig(drawers="all", extra="glyphs").besides
            'all drawers and the alphabets of glyphs'
        """
        return self._named(f"the alphabets of {self.extra}")

    @property
    def besides_in_short(self) -> str | None:
        """`besides` without the name of the extra alphabets, which may be a long path.

        Example:
            >>> PicturesConfig(extra="glyphs").besides_in_short
            'extra alphabets'
        """
        return self._named("extra alphabets")

    def _named(self, extra: str) -> str | None:
        parts = ["all drawers"] * (self.drawers == "all") + [extra] * (self.extra is not None)
        return " and ".join(parts) or None
