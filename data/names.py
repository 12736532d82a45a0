"""What a data set is asked for by; apart from all that could load one."""

from __future__ import annotations

from typing import Literal

Dataset = Literal["auto", "omniglot", "glyphs"]
