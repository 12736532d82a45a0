"""What a training step sees."""

from __future__ import annotations

from pydantic import Field

from model.strict import Strict


class BatchConfig(Strict):
    """A batch: what a training step sees.

    Attributes:
        pairs: how many sampled pairs a batch holds, on average half same and half different (only
            loss "pairs").
        training_pairs: how many pairs are drawn once for the whole training, as in the paper
            (30 000, 90 000 or 150 000); 0 draws new pairs for every batch (only loss "pairs").
        across: take the characters of a different pair from all alphabets, as re-implementations
            do; if not, both are of one alphabet (only loss "pairs").
        alphabets: over how many alphabets a batch of confusable characters is spread.
        characters: how many characters such a batch holds.
        drawers: how many drawings of each character such a batch holds, at most as many as the
            training pictures have.
        symmetries: turn each whole batch by a random multiple of 90 degrees, and mirror it or not,
            which makes a new alphabet of it.
        composed: the part of such batches, 0 to 1, whose characters are new ones, each composed of
            two of those drawn (`data.compose`).
        marked: the part of these composed batches, 0 to 1, which are near-copies instead: a few of
            the characters drawn, with a small mark each (`data.mark`).
        bent: the part of such batches, 0 to 1, whose characters are bent, each its own way and all
            its drawings alike (`data.bend`), before they are composed or marked.
    """

    pairs: int = Field(default=128, ge=2, le=4096)
    training_pairs: int = Field(default=0, ge=0, le=10_000_000)
    across: bool = False
    alphabets: int = Field(default=1, ge=1, le=30)
    characters: int = Field(default=40, ge=2, le=1000)
    drawers: int = Field(default=4, ge=2, le=20)
    symmetries: bool = False
    # Left out where there are none, as in what earlier versions wrote.
    composed: float = Field(default=0.0, ge=0, le=1, exclude_if=lambda given: given == 0)
    marked: float = Field(default=0.0, ge=0, le=1, exclude_if=lambda given: given == 0)
    bent: float = Field(default=0.0, ge=0, le=1, exclude_if=lambda given: given == 0)
