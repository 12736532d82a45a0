"""What the report's command refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest

Refused = Callable[..., str]


@pytest.mark.usefixtures("begun")
def test_a_study_without_trials_has_no_report(refused: Refused) -> None:
    assert refused("report", "tiny") == "error: study tiny: has no trials yet, nothing to report"


@pytest.mark.usefixtures("begun")
def test_a_report_needs_a_study(refused: Refused) -> None:
    where = "error: study other: storage sqlite:///runs/other/study.db: no such file"
    assert refused("report", "other").startswith(where)
    at = ("--storage", "sqlite:///runs/tiny/study.db")
    error = refused("report", "other", *at)
    assert error == "error: study other: not in storage sqlite:///runs/tiny/study.db; it has tiny"
    assert not Path("runs/other").exists()
