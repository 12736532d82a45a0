"""The command line of a benchmark."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Collection

from data.errors import InputError


def make_parser(about: str | None) -> argparse.ArgumentParser:
    """The parser of the program that runs; its --help shows what the program's docstring says.

    Args:
        about: that docstring.
    """
    return argparse.ArgumentParser(
        prog=f"python -m {_program()}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def parse_names(parser: argparse.ArgumentParser, every: Collection[str]) -> list[str]:
    """Parses a command line of names alone; all of them if none is given."""
    known = ", ".join(every)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{known}; all, if none is given")
    names = parser.parse_args().names or list(every)
    if unknown := [name for name in names if name not in every]:
        parser.error(f"there is no {unknown[0]!r}; there are {known}")
    return names


def command() -> str:
    """The command that runs, such as "python -m benchmarks.equal_time compact FOLDER"."""
    return shlex.join(("python", "-m", _program(), *sys.argv[1:]))


def run_main(main: Callable[[], int | None]) -> None:
    """Runs a program, which may return its status: bad input is one line and 2, Ctrl-C is 130."""
    try:
        sys.exit(main())
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _program() -> str:
    """The module that was given to `python -m`."""
    spec = sys.modules["__main__"].__spec__
    return spec.name.removesuffix(".__main__") if spec else sys.argv[0]
