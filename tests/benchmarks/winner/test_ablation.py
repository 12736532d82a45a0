"""Ablations: each variant is other in one thing alone; the same seeds are compared."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.replay.curves import read
from benchmarks.winner import ablation
from benchmarks.winner.variants import ITSELF, changed, variants
from data.collection import Collection
from data.splits import SearchData, paper_splits
from model.batch_config import BatchConfig
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.config_file import to_toml
from model.distortion_config import DistortionConfig
from model.training.trainer import Trainer

RATES = (0.1, 0.2, 0.4, 0.05)
BASE = RunConfig(
    network=NetworkConfig(
        size=14,
        convolutions=(
            Convolution(filters=6, kernel=3, pool=True, padding=True),
            Convolution(filters=8, kernel=3, padding=True),
        ),
        units=8,
        batch_norm=True,
        centred=True,
        resized=0.5,
    ),
    train=TrainConfig(
        loss="one-shot",
        optimiser="sgd",
        layers=tuple(LayerConfig(learning_rate=rate, momentum=rate, l2=rate) for rate in RATES),
        epochs=2,
        steps_per_epoch=3,
        patience=1,
        schedule="cosine",
        averaging=0.9,
        batch=BatchConfig(characters=20, drawers=4, symmetries=True),
        distortion=DistortionConfig(affine=1.0, elastic=0.02),
    ),
)
EXPECTED: dict[str, dict[str, Any]] = {
    ITSELF: {},
    "not centred": {"network.centred": False},
    "centred, not resized": {"network.resized": 0.0},
    "centred, fully resized": {"network.resized": 1.0},
    "no batch normalisation": {"network.batch_norm": False},
    "loss nca": {"train.loss": "nca"},
    "loss batch-pairs": {"train.loss": "batch-pairs"},
    "temperature 2": {"train.temperature": 2.0},
    "no rotations and mirrors": {"train.batch.symmetries": False},
    "composed characters 0.5": {"train.batch.composed": 0.5},
    "near-copies among composed characters": {
        "train.batch.composed": 0.6,
        "train.batch.marked": 0.5,
    },
    "bent characters 0.5": {"train.batch.bent": 0.5},
    "48 pixels": {"network.size": 48},
    "no affine distortion": {"train.distortion.affine": 0.0},
    "no elastic distortion": {"train.distortion.elastic": 0.0},
    "strokes' thickness 0.3": {"train.distortion.stroke": 0.3},
    "no averaging of weights": {"train.averaging": 0.0},
    "all drawers": {"train.pictures": {"drawers": "all", "extra": None, "share": 0.5}},
    "schedule steps": {"train.schedule": "steps"},
    "schedule decay": {"train.schedule": "decay"},
    "2 alphabets a batch": {"train.batch.alphabets": 2},
    "2 drawers a batch": {"train.batch.drawers": 2},
    "8 drawers a batch": {"train.batch.drawers": 8},
}


def differences(one: dict[str, Any], other: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """What the other has where they differ, by dotted keys."""
    found = {}
    for key, value in other.items():
        if isinstance(value, dict) and key in one:
            found |= differences(one[key], value, f"{prefix}{key}.")
        elif value != one.get(key):
            found[prefix + key] = value
    return found


def test_each_variant_is_other_in_one_thing() -> None:
    found = variants(BASE)
    document = BASE.model_dump()
    fewer = {"one convolution fewer", "pooled convolutions only"}
    assert found.keys() == EXPECTED.keys() | fewer | {
        "half the filters",
        "one rate, momentum and L2",
    }
    for name, values in EXPECTED.items():
        assert differences(document, found[name].model_dump()) == values
    narrow = found["half the filters"]
    assert [c.filters for c in narrow.network.convolutions] == [3, 4]
    assert narrow.network.convolutions[0].pool
    assert narrow.train == BASE.train
    (alike,) = set(found["one rate, momentum and L2"].train.layers)
    assert alike.learning_rate == pytest.approx(0.1414, abs=1e-4)
    assert (alike.momentum, alike.l2) == pytest.approx((0.1875, 0.1875))
    assert found["one rate, momentum and L2"].network == BASE.network


def test_extra_alphabets_are_a_variant_where_they_are_named() -> None:
    found = variants(BASE, "glyphs")["extra alphabets"]
    assert found.train.pictures.extra == "glyphs"
    assert changed(found, {"train.pictures.extra": None}) == BASE


def test_a_teacher_is_a_variant_where_it_is_named() -> None:
    found = variants(BASE, teacher="runs/quick")["taught by runs/quick"]
    assert found == changed(BASE, {"train.teacher": "runs/quick"})


def test_a_convolution_goes_with_its_layer() -> None:
    fewer = variants(BASE)["one convolution fewer"]
    assert fewer.network.convolutions == BASE.network.convolutions[:1]
    assert [layer.learning_rate for layer in fewer.train.layers] == [0.1, 0.4, 0.05]
    assert "one convolution fewer" not in variants(fewer)


def test_convolutions_without_pooling_go_with_their_layers() -> None:
    plain, pooling = BASE.network.convolutions[1], BASE.network.convolutions[0]
    base = changed(BASE, {"network.convolutions": [plain.model_dump(), pooling.model_dump()]})
    pooled = variants(base)["pooled convolutions only"]
    assert pooled.network.convolutions == (pooling,)
    assert [layer.learning_rate for layer in pooled.train.layers] == [0.2, 0.4, 0.05]
    assert "pooled convolutions only" not in variants(pooled)


def test_what_is_off_is_switched_on() -> None:
    off = changed(BASE, EXPECTED["no elastic distortion"] | EXPECTED["no averaging of weights"])
    document, found = off.model_dump(), variants(off)
    for name, values in {
        "elastic distortion 0.03": {"train.distortion.elastic": 0.03},
        "averaging of weights 0.98": {"train.averaging": 0.98},
    }.items():
        assert differences(document, found[name].model_dump()) == values
    raw = changed(BASE, {"network.centred": False, "network.resized": 0.0})
    assert "not centred" not in variants(raw)
    assert variants(raw)["centred, not resized"].network.centred


def test_pairs_have_no_batches_of_characters_and_no_temperature() -> None:
    names = variants(changed(BASE, {"train.loss": "pairs"})).keys()
    batches = {name for name in EXPECTED if name.endswith("a batch")}
    assert not names & (batches | {"temperature 2", "no rotations and mirrors"})
    assert {"loss one-shot", "loss nca", "loss batch-pairs"} <= names


def test_no_validation_picture_is_looked_at_on_the_way(
    glyphs: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked(*_: object) -> None:
        pytest.fail("validated")

    monkeypatch.setattr("model.training.trainer.validate", looked)
    data = SearchData.of(glyphs, 14, torch.device("cpu"))
    patient = changed(BASE, {"train.patience": 2})
    reports = list(ablation.Unvalidated(patient, data, torch.device("cpu")).run())
    assert [report.accuracy for report in reports] == [0, 0]


def test_a_training_is_measured_after_its_last_epoch_by_all_drawers(glyphs: Collection) -> None:
    line = json.loads(ablation.train("glyphs", None, (ITSELF, BASE)))
    splits = paper_splits(glyphs)
    data = SearchData(
        train=glyphs.characters(*splits.train, 14),
        validation=glyphs.characters(splits.validation.alphabets, glyphs.drawers, 14),
    )
    patient = changed(BASE, {"train.patience": 2})
    trainer = Trainer(patient, data, torch.device("cpu"))
    *_, last = trainer.run()
    measured = line["measured"]
    assert measured[ITSELF]["accuracy"] == pytest.approx(last.accuracy, abs=0.005)
    assert measured.keys() == {ITSELF, "3 copies"}
    assert 0.05 < measured["3 copies"]["accuracy"] != measured[ITSELF]["accuracy"]
    assert line["pictures"] == 2 * 3 * 20 * 4
    assert line["parameters"] == sum(p.numel() for p in trainer.network.parameters())
    assert not line["diverged"]


def test_only_what_is_not_done_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, path = tmp_path / "best.toml", tmp_path / "ablation.jsonl"
    config.write_text(to_toml(BASE, "glyphs"))
    arguments = Namespace(
        config=config,
        file=path,
        epochs=1,
        seeds=2,
        processes=1,
        data_root=None,
        extra=None,
        teacher=None,
        variants=None,
    )
    asked: list[tuple[str, RunConfig]] = []

    def remember(path: Path, work: object, tasks: list[tuple[str, RunConfig]], _: int) -> None:
        asked[:] = tasks

    with monkeypatch.context() as patch:
        patch.setattr(ablation, "append", remember)
        ablation.run(arguments)
    every = [(name, seed) for seed in (1, 2) for name in variants(BASE)]
    assert [(name, other.train.seed) for name, other in asked] == every
    assert {(other.train.epochs, other.train.patience) for _, other in asked} == {(1, 1)}
    path.unlink()
    arguments.variants = ["schedule decay"]
    with monkeypatch.context() as patch:
        patch.setattr(ablation, "append", remember)
        ablation.run(arguments)
    assert [name for name, _ in asked] == [ITSELF, "schedule decay"] * 2
    arguments.variants = ["no such"]
    with pytest.raises(SystemExit, match="no variant 'no such'; there are the "):
        ablation.run(arguments)
    arguments.variants = None
    with path.open("a") as file:
        for name, seed in every[:-1]:
            print(json.dumps({"variant": name, "seed": seed}), file=file)
        print(
            json.dumps({"variant": every[-1][0], "seed": 2, "error": "too little memory"}),
            file=file,
        )
        file.write('{"variant": "cut o')
    recorded, rest = path.read_text().split("\n", maxsplit=1)
    older = json.loads(recorded)
    del older["config"]["network"]["copies"]  # an older version knew no such key
    path.write_text(json.dumps(older) + "\n" + rest)
    ablation.run(arguments)
    head, lines = read(path)
    assert head["dataset"] == "glyphs"
    assert len(lines) == len(every) + 1
    assert (lines[-1]["variant"], lines[-1]["seed"]) == every[-1]
    assert lines[-1]["measured"][every[-1][0]]["accuracy"] > 0
    arguments.epochs = 3
    with pytest.raises(SystemExit, match="another config"):
        ablation.run(arguments)


def line(variant: str, seed: int, seconds: float = 10.0, **accuracy: float) -> str:
    measured = {n.replace("_", " "): {"accuracy": a, "cpu_seconds": 1} for n, a in accuracy.items()}
    about = {"diverged": False, "parameters": 5, "pictures": 100, "cpu_seconds": seconds}
    return json.dumps({"variant": variant, "seed": seed, "measured": measured} | about)


def test_the_table_compares_the_same_seeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, to = tmp_path / "ablation.jsonl", tmp_path / "results" / "table.json"
    itself = {ITSELF.replace(" ", "_"): 0.8}
    lines = [
        json.dumps({"config": {}, "machine": "one", "versions": {}, "command": "train"}),
        line("plain", 1, 5, plain=0.7),
        line(ITSELF, 1, **itself, copies=0.9),
        line(ITSELF, 2, **dict.fromkeys(itself, 0.6)),
        line("plain", 2, 6, plain=0.48),
        line("plain", 3, 5, plain=0.1),  # the configuration itself has no third seed
        line("lost", 3, lost=0.1),
        json.dumps({"variant": "failed", "seed": 1, "error": "too little memory"}),
    ]
    path.write_text("\n".join(lines) + "\n")
    ablation.table(Namespace(file=path, to=to))
    document = json.loads(to.read_text())
    assert (document["machine"], document["command"]) == ("one", "train")
    first, plain, copies = document["variants"]
    assert (first["variant"], first["accuracy"]) == (ITSELF, pytest.approx(0.7))
    assert first["standard_error"] == pytest.approx(0.1)
    assert (first["difference"], first["relative_seconds"]) == (0, 1)
    assert (plain["variant"], plain["seeds"]) == ("plain", [1, 2])
    assert plain["accuracy"] == pytest.approx(0.59)
    assert plain["difference"] == pytest.approx(-0.11)
    assert plain["difference_standard_error"] == pytest.approx(0.01)
    assert plain["relative_seconds"] == pytest.approx(0.55)
    assert plain["pictures_per_second"] == pytest.approx((100 / 5 + 100 / 6) / 2)
    assert (copies["variant"], copies["difference"]) == ("copies", pytest.approx(0.1))
    assert copies["difference_standard_error"] is None
    assert "| plain | 59.0 ± 11.0 | -11.0 ± 1.0 | 0.55 | 2 |" in capsys.readouterr().out
