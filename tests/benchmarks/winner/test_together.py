"""Networks of a study's winner together: chosen on validation, tested only when asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_network import TINY

from benchmarks.winner import together
from data.collection import Collection
from hpo.console.progress import Progress
from hpo.finish.retrain import retrain
from hpo.storage.workspace import TrainedFolder
from model.config_file import to_toml
from model.evaluation.scores import one_shot_accuracy

STUDY = {
    "winner": {"number": 7, "seed": 2},
    "finalists": [
        {"number": 3, "seeds": [{"seed": 9}]},
        {"number": 7, "seeds": [{"seed": 1}, {"seed": 2}, {"seed": 5}]},
    ],
}


def test_the_kept_networks_seed_is_first() -> None:
    assert together.seeds_of(STUDY) == [2, 1, 5]


def test_every_choice_of_networks_is_measured_with_scores_divided_and_as_they_are() -> None:
    dice = torch.Generator().manual_seed(0)
    same = torch.eye(20)[:, None, :, None].expand(20, 3, 20, 3)
    noise = [torch.randn(20, 3, 20, 3, generator=dice) for _ in range(3)]
    scores = [{"Runes": scale * (2 * same + n)} for scale, n in zip((1, 1, 50), noise, strict=True)]
    found = together.choices(scores, 20)
    assert [choice.places for choice in found] == [
        (0,),
        (1,),
        (2,),
        (0, 1),
        (0, 2),
        (1, 2),
        (0, 1, 2),
    ]
    every = found[-1]
    alike = {"Runes": sum(2 * same + n for n in noise)}
    assert every.divided.value == pytest.approx(one_shot_accuracy(alike, 20).value, abs=0.01)
    # As they are, the third outvotes the others.
    assert every.plain.value == pytest.approx(found[2].plain.value, abs=0.02)
    assert every.divided.value > every.plain.value + 0.05
    assert every.better[0] > 0.05


def test_test_alphabets_are_opened_only_when_that_is_asked(
    run: Callable[..., None], glyphs: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep.json").write_text(json.dumps(STUDY))
    (tmp_path / "best.toml").write_text(to_toml(TINY, "glyphs"))
    shipped = TrainedFolder(tmp_path / "shipped")
    retrain(TINY, [2], glyphs, together.CPU, shipped, Progress("test", 1))
    monkeypatch.setattr(together, "STUDY", tmp_path / "deep.json")
    monkeypatch.setattr(together, "WINNER", tmp_path / "best.toml")
    monkeypatch.setattr(together, "shipped_network", lambda: shipped)
    monkeypatch.setattr(together, "load_collection", lambda *_: glyphs)
    words = (tmp_path / "found.json", "--folder", tmp_path / "trained")
    run(together.main, *words)
    first = json.loads((tmp_path / "found.json").read_text())
    assert "test" not in first
    assert len(first["validation"]) == 7

    def refuse(*_: object) -> Any:  # noqa: ANN401
        raise AssertionError("trained twice")

    monkeypatch.setattr("hpo.finish.retrain.Trainer", refuse)
    run(together.main, *words, "--test")
    second = json.loads((tmp_path / "found.json").read_text())
    assert second["seeds"] == first["seeds"]
    assert second["networks"] == len(second["seeds"]) == len(second["test_of_each"])
    assert second["test"]["trials"] == 400
    several = [row for row in second["validation"] if len(row["seeds"]) > 1]
    best = max(several, key=lambda row: row["divided_by_spread"]["value"])
    assert best["seeds"] == second["seeds"]
    assert (tmp_path / "trained" / "together" / "best.safetensors").is_file()
