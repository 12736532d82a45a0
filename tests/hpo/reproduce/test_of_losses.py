"""Where `calibration` takes the networks of `losses` from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import InputError
from hpo.reproduce.context import Context
from hpo.reproduce.experiments import calibration
from hpo.reproduce.experiments.calibration import of_losses

HOLD = """
import sys
from pathlib import Path
from hpo.runtime.shared_folder import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_networks_of_losses_are_those_beside_it_or_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (tmp_path / "losses").mkdir()  # somebody else's
    assert of_losses(folder) == folder / "losses"
    (tmp_path / "losses" / "trainings").mkdir()
    assert of_losses(folder) == tmp_path / "losses"


def test_nothing_is_trained_where_losses_is_at_work(
    context: Callable[..., Context], tmp_path: Path
) -> None:
    losses = tmp_path / "losses"
    (losses / "trainings").mkdir(parents=True)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, losses], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match=r"losses: another process works in it; wait"):
            calibration.run(context())
        other.communicate()
    assert list((losses / "trainings").iterdir()) == []
    assert not context().folder.exists()
