"""How training pictures are distorted."""

from __future__ import annotations

from pydantic import Field

from model.strict import Strict


class DistortionConfig(Strict):
    """Random distortion of every training picture.

    Attributes:
        affine: strength of the affine distortion; 1 is the paper's (section 3.3), 0 is none.
        elastic: standard deviation of the elastic displacement, as a fraction of the picture's
            width.
        stroke: how much thicker or thinner strokes become at most; 1 is a pixel on all sides.
        fixed: how many affine maps each picture has for the whole training, drawn once: a batch
            takes one of them or the picture as it is, all with equal chance (the paper has eight).
            0 draws a new map whenever a picture is seen.
    """

    affine: float = Field(default=1.0, ge=0, le=3)
    elastic: float = Field(default=0.0, ge=0, le=0.2)
    stroke: float = Field(default=0.0, ge=0, le=1)
    # Left out where there are none, as in what earlier versions wrote.
    fixed: int = Field(default=0, ge=0, le=64, exclude_if=lambda given: given == 0)
