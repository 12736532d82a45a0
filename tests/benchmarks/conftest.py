"""What tests of the benchmarks share: a program's main function run as from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`run(main, *words)` runs a program with these words behind its name."""

    def begin(main: Callable[[], None], *words: object) -> None:
        monkeypatch.setattr(sys, "argv", ["benchmark", *map(str, words)])
        main()

    return begin
