"""Names by which a data set is asked for, in a module that loads none."""

from __future__ import annotations

from typing import Literal

Dataset = Literal["auto", "omniglot", "glyphs"]
"""A data set's name; "auto" is Omniglot, or the glyphs where Omniglot cannot be had."""
