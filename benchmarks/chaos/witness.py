"""The command line of the project, with a note of each time that the test alphabets are opened.

Usage:
  python -m benchmarks.chaos.witness FILE WORD ...

Appends a line to FILE each time, and changes nothing else.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import ParamSpec, TypeVar

MODULE, FUNCTION = "hpo.finish.held_out", "held_out_characters"
"""What opens them, and where its user finds it."""

P = ParamSpec("P")
R = TypeVar("R")


class _Loader(SourceFileLoader):
    def __init__(self, path: str, file: str) -> None:
        super().__init__(MODULE, path)
        self._file = file

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        setattr(module, FUNCTION, _noted(getattr(module, FUNCTION), self._file))


class _Finder(MetaPathFinder):
    """Finds the one module, and when it is imported: not at the start, which takes a moment."""

    def __init__(self, file: str) -> None:
        self._file = file

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == MODULE else None
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(spec.origin, self._file)
        return spec


def _noted(function: Callable[P, R], file: str) -> Callable[P, R]:
    @wraps(function)
    def note(*args: P.args, **kwargs: P.kwargs) -> R:
        with open(file, "a") as notes:
            notes.write(f"{socket.gethostname()}:{os.getpid()}\n")
        return function(*args, **kwargs)

    return note


def main() -> None:
    file = sys.argv.pop(1)
    sys.meta_path.insert(0, _Finder(file))
    import run_study

    run_study.app()


if __name__ == "__main__":
    main()
