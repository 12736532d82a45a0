"""Writes the published results into the documents, or checks that they are there."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.published.markers import MarkerError
from benchmarks.published.pages import differing
from benchmarks.published.results import ResultsError
from hpo.runtime.files import write_text

PROJECT = Path(__file__).parents[2]


def main(arguments: Sequence[str] | None = None, project: Path = PROJECT) -> int:
    """Runs the command.

    Returns:
        The exit status: 0 done, 1 files differ, 2 a marker or a results file is wrong.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.published", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name what differs")
    check = parser.parse_args(arguments).check
    try:
        texts = differing(project)
    except (MarkerError, ResultsError) as error:
        print(error, file=sys.stderr)
        return 2
    for path, text in texts.items():
        if check:
            print(f"{path}: differs from studies/results", file=sys.stderr)
        else:
            write_text(project / path, text)
            print(f"{path}: written")
    return 1 if check and texts else 0


if __name__ == "__main__":
    sys.exit(main())
