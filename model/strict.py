"""The base of all configurations, and a type that several of them have."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from data.names import checked

DatasetName = Annotated[str, AfterValidator(checked)]
"""A data set's name, see `data.names`."""


class Strict(BaseModel):
    """Base of all configurations: immutable and strict.

    Unknown keys, strings in place of numbers, nan and inf are errors.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
