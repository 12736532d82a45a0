"""What `classify` found."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

UNKNOWN = "unknown"
"""The answer where a drawing is of none of the classes; no class may be named so."""


class Answer(BaseModel):
    """Which class a query drawing is of.

    Attributes:
        file: the picture's name; of several files of one name, with the folders that tell it apart.
        drawing: which of the picture's drawings, from 1 on, in reading order.
        drawings: how many the picture has.
        chosen: the most probable class, or "unknown"; "class" in JSON and tables.
        nearest: the most probable class, which may be refused.
        known: probability that `nearest` is right, 0 to 1, if half of all queries are of no class.
        probability: probability of `nearest`, 0 to 1: the softmax of the scores, given that the
            drawing is of one of the classes.
        same: the odds of verification that drawing and class show one character, 0 to 1.
        notes: what was left out of the picture, in a few words each.
        probabilities: probability of every class.
    """

    file: str
    drawing: int = 1
    drawings: int = 1
    chosen: str = Field(serialization_alias="class")
    nearest: str
    known: float
    probability: float
    same: float
    notes: list[str] = []
    probabilities: dict[str, float]

    @property
    def name(self) -> str:
        """The picture's name, with the drawing's number where there are several."""
        return self.file if self.drawings == 1 else f"{self.file} ({self.drawing})"


class Skipped(BaseModel):
    """A file that is not classified, and why."""

    file: str
    reason: str


class Classified(BaseModel):
    """What became of some pictures.

    Attributes:
        classes: those of the support, in their order.
        shots: how many known pictures each class has.
        least: least probability `known` of an answer; below, it is "unknown".
        queries: an answer for each query.
        skipped: files of support or query.
    """

    classes: list[str]
    shots: dict[str, int]
    least: float
    queries: list[Answer]
    skipped: list[Skipped]

    def document(self) -> dict[str, Any]:
        """The content as a table for JSON."""
        return self.model_dump(mode="json", by_alias=True)
