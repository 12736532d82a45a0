"""Trainings on more drawers and on extra alphabets; validation stays as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from data.collection import Collection
from data.errors import InputError
from data.sources.load import for_training
from data.splits import SearchData, held_out_characters
from hpo.console.progress import Progress
from hpo.finish.retrain import retrain
from hpo.storage.workspace import TrainedFolder
from hpo.study.file import load_study, read_study
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.training.trainer import Trainer

CPU = torch.device("cpu")


def configured(**pictures: Any) -> RunConfig:  # noqa: ANN401
    train = {
        "layers": [LayerConfig(learning_rate=0.01)] * 3,
        "epochs": 1,
        "steps_per_epoch": 40,
        "pictures": pictures,
        "batch": {"characters": 6, "drawers": 2},
    }
    layer = Convolution(filters=4, kernel=5, pool=True)
    return RunConfig(
        network=NetworkConfig(size=14, convolutions=[layer], units=8),
        train=TrainConfig.model_validate(train),
    )


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 0, 0), (0.5, 8, 32), (1.0, 40, 40)])
@pytest.mark.usefixtures("other_glyphs")
def test_a_batch_is_of_extra_alphabets_or_of_the_own(
    glyphs: Collection, share: float, least: int, most: int
) -> None:
    data = SearchData.of(for_training(glyphs, "glyphs", all_drawers=False), 14, CPU)
    assert (len(data.train.alphabets), data.extra_alphabets) == (80, 50)
    own = SearchData.of(glyphs, 14, CPU)
    assert torch.equal(data.validation.pictures, own.validation.pictures)
    trainer = Trainer(configured(extra="glyphs", share=share), data, CPU)
    first = len(own.train.names)
    kinds = [(batch.labels >= first).unique().tolist() for batch in trainer.inputs.batches(0)]
    assert all(len(kind) == 1 for kind in kinds)
    assert least <= kinds.count([True]) <= most


def test_without_extra_alphabets_batches_are_what_they_were(glyphs: Collection) -> None:
    data = SearchData.of(glyphs, 14, CPU)
    one = [batch.labels for batch in Trainer(configured(), data, CPU).inputs.batches(0)]
    other = [batch.labels for batch in Trainer(configured(share=0.9), data, CPU).inputs.batches(0)]
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_all_drawers_train_and_nobody_else_changes(glyphs: Collection) -> None:
    data = SearchData.of(for_training(glyphs, None, all_drawers=True), 14, CPU)
    assert data.train.drawers == tuple(range(1, 21))
    assert data.validation.drawers == (13, 14, 15, 16)
    assert not set(data.train.alphabets) & set(held_out_characters(glyphs, 14, CPU).alphabets)


def test_a_retraining_keeps_what_it_was_trained_on(
    glyphs: Collection, other_glyphs: Collection, tmp_path: Path
) -> None:
    folder, progress = TrainedFolder(tmp_path), Progress("test", 1)
    config = configured(extra="glyphs", drawers="all")
    results = retrain(config, [1], glyphs, CPU, folder, progress)
    assert results.extra_fingerprint == other_glyphs.fingerprint
    assert results.config["train"]["pictures"]["drawers"] == "all"
    with pytest.raises(InputError, match="another configuration"):
        retrain(configured(), [1], glyphs, CPU, folder, progress)


def test_what_is_validated_and_tested_on_is_no_extra_alphabet(glyphs: Collection) -> None:
    with pytest.raises(InputError, match="glyphs has an alphabet Glyphs_31, as glyphs, which"):
        for_training(glyphs, "glyphs", all_drawers=False)
    otherwise = replace(glyphs, evaluation=tuple(n.upper() for n in glyphs.evaluation))
    otherwise = replace(otherwise, fingerprint="another", name="others")
    with pytest.raises(InputError, match="glyphs has an alphabet Glyphs_31, as others, which"):
        for_training(otherwise, "glyphs", all_drawers=False)
    renamed = replace(glyphs, evaluation=tuple(f"Other_{n}" for n in glyphs.evaluation))
    with pytest.raises(InputError, match="glyphs has the pictures of glyphs, which validates"):
        for_training(renamed, "glyphs", all_drawers=False)


@pytest.mark.parametrize("key", ["drawers", "extra"])
def test_a_study_fixes_what_it_trains_on(key: str) -> None:
    base = load_study("glyphs")
    values = {"drawers": ["all", "training"], "extra": ["glyphs", "folder:x"]}
    pictures = {key: {"choices": values[key]}}
    with pytest.raises(InputError, match=f"train.pictures.{key}: must be one value"):
        read_study(
            base.unchangeable() | {"trials": 1, "train": base.train | {"pictures": pictures}},
            "test",
        )
