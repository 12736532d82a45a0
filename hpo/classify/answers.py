"""What `classify` found."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Answer(BaseModel):
    """Which class a query picture is of.

    Attributes:
        file: the picture's name.
        chosen: the most probable class, "class" in JSON and tables.
        probability: of that class, 0 to 1: the softmax of the scores.
        same: the odds of verification that picture and known picture show one character, 0 to 1.
        probabilities: of every class.
    """

    file: str
    chosen: str = Field(serialization_alias="class")
    probability: float
    same: float
    probabilities: dict[str, float]


class Skipped(BaseModel):
    """A file that is not classified, and why."""

    file: str
    reason: str


class Classified(BaseModel):
    """What became of two folders of pictures.

    Attributes:
        classes: those of the support, in their order.
        queries: an answer for each query.
        skipped: files of either folder.
    """

    classes: list[str]
    queries: list[Answer]
    skipped: list[Skipped]

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return self.model_dump(mode="json", by_alias=True)
