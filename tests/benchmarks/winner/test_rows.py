"""A configuration with several seeds: each network and all together, tested only when asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_network import TINY

from benchmarks.winner import rows
from model.config_file import to_toml


def test_test_alphabets_are_opened_only_when_that_is_asked(
    run: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, output = tmp_path / "best.toml", tmp_path / "found.json"
    config.write_text(to_toml(TINY, "glyphs"))
    words = (config, tmp_path / "trained", output, "--seeds", "2", "--workers", "1")
    run(rows.main, *words)
    first = json.loads(output.read_text())
    assert first["seeds"] == [2, 3]
    assert len(first["validation_of_each"]) == len(first["seconds"]) == len(first["trained"]) == 2
    assert first["validation"]["one_shot_accuracy"] == pytest.approx(
        sum(first["validation_of_each"]) / 2
    )
    assert first["gain_on_validation"]["accuracy"] is not None
    assert not any(key.startswith("test") for key in first)

    def refuse(*_: object) -> Any:  # noqa: ANN401
        raise AssertionError("trained twice")

    monkeypatch.setattr("hpo.finish.retrain.Trainer", refuse)
    run(rows.main, *words, "--test")
    second = json.loads(output.read_text())
    each = [test["one_shot_accuracy"] for test in second["test_of_each"]]
    assert second["test_over_seeds"]["one_shot_accuracy_by_seed"] == each
    assert second["test_over_seeds"]["one_shot_accuracy"] == pytest.approx(sum(each) / 2)
    assert second["test_together"]["trials"] == 400
    assert (tmp_path / "trained" / "together" / "best.safetensors").is_file()


def test_one_seed_is_refused_for_it_has_no_error_over_seeds(
    run: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "best.toml"
    config.write_text(to_toml(TINY, "glyphs"))
    with pytest.raises(SystemExit, match="2"):
        run(rows.main, config, tmp_path / "trained", tmp_path / "found.json", "--seeds", "1")
    assert "--seeds 1: must be 2 or more" in capsys.readouterr().err
    assert not (tmp_path / "trained").exists()
