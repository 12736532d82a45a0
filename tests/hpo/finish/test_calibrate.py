"""When a network answers `unknown`, chosen at the end of its training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from short_training import CONFIG, trained

import hpo.finish.calibrate
from data.collection import Collection
from data.errors import InputError
from data.full_disk import NoRoom
from hpo.finish.calibrate import calibrate, calibrate_if_possible, rejection_of
from hpo.storage.workspace import TrainedFolder
from model.network.weights import save_network

CPU = torch.device("cpu")


@pytest.fixture
def folder(glyphs: Collection, common_folder: Path, tmp_path: Path) -> TrainedFolder:
    """With a network of some seconds of training, and what an older network left."""
    found = TrainedFolder(tmp_path)
    save_network(trained(glyphs, common_folder).best_network(), CONFIG, found.weights)
    found.rejection.write_text("{}")
    return found


def test_its_mistakes_are_told_and_kept(
    folder: TrainedFolder, glyphs: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    calibrate_if_possible(folder, glyphs, CPU)
    (line,) = capsys.readouterr().err.splitlines()
    found = calibrate(folder, glyphs, CPU)
    assert [row.shots for row in found.quality] == [1, 2, 3]
    assert line.startswith(
        f"unknown 1/1: classify will refuse {100 * found.quality[0].false_refusal:.1f}% of right"
    )
    assert rejection_of(folder) == found.rejection
    assert capsys.readouterr().err == ""


def test_pictures_of_a_folder_are_taken_as_they_are_and_not_all(
    folder: TrainedFolder, glyphs: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.finish.calibrate, "prepared", None)
    monkeypatch.setattr(hpo.finish.calibrate, "MOST_RUNS", 60)
    parts = (glyphs.drawers[:12], glyphs.drawers, glyphs.drawers)
    mine = replace(glyphs, name="folder:mine", drawer_parts=parts)
    found = calibrate(folder, mine, CPU)
    assert found.way == 20
    assert found.quality[0].queries == 10 * 3 * 2 * 20  # three drawers of the twenty
    assert [row.shots for row in found.quality] == [1, 2]


def test_too_few_pictures_are_told(
    folder: TrainedFolder, glyphs: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    train, (first, *_), test = glyphs.drawer_parts
    few = replace(glyphs, drawer_parts=(train, (first,), test))
    with pytest.raises(InputError, match="give 0 queries to choose on"):
        calibrate(folder, few, CPU)
    calibrate_if_possible(folder, few, CPU)
    assert "takes 200 or more; the quick study's choice is taken" in capsys.readouterr().err
    assert not folder.rejection.exists()


def test_a_training_does_not_fail_for_it_unless_the_disk_is_full(
    folder: TrainedFolder,
    glyphs: Collection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def failing(error: Exception) -> None:
        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(hpo.finish.calibrate, "choose_rejection", fail)

    failing(RuntimeError("out of memory"))
    calibrate_if_possible(folder, glyphs, CPU)
    assert "could not be chosen: RuntimeError: out of memory" in caplog.text
    failing(NoRoom("full"))
    with pytest.raises(NoRoom):
        calibrate_if_possible(folder, glyphs, CPU)
