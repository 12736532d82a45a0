"""What every result of a benchmark holds, and how figures are summed up."""

import json

import numpy as np
import pytest

from benchmarks.output import provenance, standard_error, summary, tell
from hpo.runtime.provenance import commit, computer, versions


def test_a_line_of_figures_tells_what_they_depend_on(capsys: pytest.CaptureFixture[str]) -> None:
    tell(benchmark="loading", seconds=0.5)
    told = json.loads(capsys.readouterr().out)
    assert (told["benchmark"], told["seconds"]) == ("loading", 0.5)
    assert (told["versions"], told["commit"]) == (versions(), commit())
    assert told["computer"] == computer().model_dump()
    assert told["command"].startswith("python -m ")


def test_threads_are_those_of_the_processes_that_measure() -> None:
    assert provenance(threads=7)["computer"] == computer().model_dump() | {"threads": 7}


def test_times_that_were_never_reached_have_no_quantile() -> None:
    found = summary(np.array([1.0, 2.0, np.inf]))
    assert (found["0.1"], found["0.5"], found["0.9"]) == (2.0, 2.0, None)
    assert summary(np.array([1.0, 2.0]))["0.5"] == 1.5


def test_a_single_value_has_no_standard_error() -> None:
    assert standard_error(np.array([0.5])) is None
    assert standard_error(np.array([0.0, 1.0])) == 0.5
