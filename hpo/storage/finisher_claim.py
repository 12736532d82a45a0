"""The claim of the one process that finishes a study, as it is stored: its name, its time left."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ValidationError

from hpo.trials.forecast import Forecast

FINISHER = "finisher"
"""The study attribute that names the process which finishes the study."""


class Claim(BaseModel):
    """What is stored of the process that finishes a study.

    Attributes:
        process: its name; "" if there is none.
        beat: count of its signs of life.
        forecast: how long it still took at the last of them; None before it knew.
    """

    process: str = ""
    beat: int = 0
    forecast: Forecast | None = None

    @classmethod
    def of(cls, stored: object) -> Self:
        """The claim that is stored; nobody's if there is none, or no readable one."""
        try:
            return cls.model_validate(stored)
        except ValidationError:
            return cls()
