"""Trainings whose loss is not finite: one line, no network, and no end of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
import torch
from tiny_network import TINY

import hpo.finish.retrain
from data.collection import Collection
from data.errors import WorkFailed
from hpo.console.progress import Progress
from hpo.finish.finalists import finish
from hpo.finish.retrain import retrain, single_seed_in
from hpo.finish.retrain_task import RetrainTask
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.study.definition import StudyConfig
from hpo.workers.machine import Machine
from model.config import LayerConfig
from model.network.siamese import SiameseNetwork

CPU = torch.device("cpu")
MACHINE = Machine(device="cpu")
STORAGE = "sqlite:///study.db"
WILD = TINY.model_copy(
    update={
        "train": TINY.train.model_copy(
            update={
                "loss": "nca",
                "optimiser": "sgd",
                "temperature": 1e-300,
                "layers": (LayerConfig(learning_rate=10),) * 3,
            }
        )
    }
)


def test_a_training_that_diverges_leaves_no_network(glyphs: Collection, tmp_path: Path) -> None:
    alone = TrainedFolder(tmp_path / "alone")
    with pytest.raises(WorkFailed, match=r"^seed 2: the loss is not finite; .*$"):
        retrain(WILD, [2], glyphs, CPU, alone, Progress("test", 1))
    assert not list(alone.folder.iterdir())
    task = RetrainTask(WILD, "", TrainedFolder(tmp_path / "one"), "glyphs", "cpu", None)
    for _ in range(2):
        task.run(glyphs, Progress("test", 1))
        assert task.diverged
        assert single_seed_in(task.folder).accuracy == 0
    assert [path.name for path in task.folder.folder.iterdir()] == ["results.json"]


def test_the_other_retrainings_give_a_winner(
    study: optuna.Study,
    config: StudyConfig,
    glyphs: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hpo.finish.retrain, "is_finite", _finite_after(3))
    found = finish(study, config, glyphs, MACHINE, Workspace(tmp_path / "a", config.name, STORAGE))
    _, winner = found.finalists
    assert (found.winner.number, found.winner.seed) == (winner.number, winner.seeds[1].seed)
    assert found.test_over_seeds is None
    monkeypatch.setattr(hpo.finish.retrain, "is_finite", _finite_after(4))
    with pytest.raises(WorkFailed, match="the loss of every retraining is not finite"):
        finish(study, config, glyphs, MACHINE, Workspace(tmp_path / "b", config.name, STORAGE))


def _finite_after(count: int) -> Callable[[SiameseNetwork], bool]:
    """Takes the first trainings for such that diverged."""
    seen: list[SiameseNetwork] = []

    def finite(network: SiameseNetwork) -> bool:
        seen.append(network)
        return len(seen) > count

    return finite
