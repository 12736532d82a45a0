"""Where `calibration` takes the networks of `losses` from."""

from pathlib import Path

from hpo.reproduce.experiments.calibration import of_losses


def test_networks_of_losses_are_those_beside_it_or_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (tmp_path / "losses").mkdir()  # somebody else's
    assert of_losses(folder) == folder / "losses"
    (tmp_path / "losses" / "trainings").mkdir()
    assert of_losses(folder) == tmp_path / "losses"
