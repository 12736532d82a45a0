"""An ablation's extra alphabets: named in its lines, and the same to its end."""

import json
from argparse import Namespace
from pathlib import Path

import pytest
from tiny_network import TINY

from benchmarks.trainings import read
from benchmarks.winner import ablation
from benchmarks.winner.variants import ITSELF
from data.collection import Collection
from model.config import RunConfig
from model.config_file import to_toml


def test_extra_alphabets_are_those_that_an_ablation_began_with(
    glyphs: Collection, other_glyphs: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ablation, "load_collection", lambda *_: glyphs)
    config, path = tmp_path / "best.toml", tmp_path / "ablation.jsonl"
    config.write_text(to_toml(TINY, "glyphs"))
    arguments = Namespace(
        config=config,
        file=path,
        epochs=1,
        seeds=1,
        processes=1,
        data_root=None,
        extra="glyphs",
        teacher=None,
        variants=["extra alphabets"],
    )
    asked: list[tuple[str, RunConfig]] = []
    monkeypatch.setattr(ablation, "append", lambda _, __, tasks, ___: asked.extend(tasks))
    ablation.run(arguments)
    lines = [json.loads(ablation.train("glyphs", None, task)) for task in asked]
    extra = {line["variant"]: line.get("extra") for line in lines}
    assert extra == {
        ITSELF: None,
        "extra alphabets": {"name": "glyphs", "fingerprint": other_glyphs.fingerprint},
    }
    assert lines[1]["measured"]["extra alphabets"]["accuracy"] > 0
    with path.open("a") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)
    ablation.run(arguments)
    assert len(read(path)[1]) == len(asked) == 2
    other = {"name": "glyphs", "fingerprint": "of other pictures"}
    monkeypatch.setattr(ablation, "extra_alphabets", lambda *_: other)
    with pytest.raises(SystemExit, match="extra alphabets: was trained on others than glyphs is"):
        ablation.run(arguments)
