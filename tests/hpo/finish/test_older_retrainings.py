"""What an older version retrained counts, though its configuration lacks keys that came since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_network import TINY

from data.collection import Collection
from data.errors import InputError
from hpo.console.progress import Progress
from hpo.finish.retrain import clear_another, retrain, with_seed
from hpo.storage.workspace import TrainedFolder
from model.config import RunConfig
from model.network.weights import read_tensors, write_tensors
from model.stored_config import is_stored_as

CPU = torch.device("cpu")
LONGER = TINY.model_copy(update={"train": TINY.train.model_copy(update={"epochs": 3})})
KEYS = [("network", "copies"), ("train", "averaging"), ("train", "distortion"), ("train", "batch")]


def without(document: dict[str, Any], table: str, key: str) -> dict[str, Any]:
    """The configuration without a key, or of a table without those that have their default."""
    inner = document[table][key]
    left = {k: v for k, v in document[table].items() if k != key}
    if key == "batch":
        left[key] = {k: inner[k] for k in ("characters", "drawers")}
    return document | {table: left}


def otherwise(document: dict[str, Any]) -> Iterator[Any]:
    """Documents that are none of the configuration's."""
    yield document | {"network": document["network"] | {"units": 13}}
    yield document | {"network": document["network"] | {"copies": 2}}
    yield document | {"network": document["network"] | {"gone_since": 2}}
    yield document | {"train": document["train"] | {"averaging": 0.5}}
    yield {k: v for k, v in document.items() if k != "train"}
    yield from (None, [], "x", {})


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_a_key_that_is_not_there_has_its_default(table: str, key: str) -> None:
    document = TINY.model_dump(mode="json")
    older = without(document, table, key)
    assert older != document
    assert is_stored_as(TINY, older)
    assert not any(is_stored_as(TINY, other) for other in otherwise(older))
    given = RunConfig.model_validate(document | {"network": document["network"] | {"copies": 2}})
    assert not is_stored_as(given, without(document, "network", "copies"))


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_results_of_an_older_version_are_gone_on_with(
    table: str, key: str, glyphs: Collection, tmp_path: Path, interrupting: type
) -> None:
    folder = TrainedFolder(tmp_path / "own")
    first = retrain(TINY, [2], glyphs, CPU, folder, Progress("test", 1))
    document = json.loads(folder.results.read_text())
    older = document | {"config": without(document["config"], table, key)}
    folder.results.write_text(json.dumps(older))
    clear_another(TINY, glyphs, folder)
    progress = interrupting()
    second = retrain(TINY, [2, 3], glyphs, CPU, folder, progress)
    assert len(progress.trained) == 1
    assert second.seeds[:1] == first.seeds
    for other in otherwise(document["config"]):
        folder.results.write_text(json.dumps(document | {"config": other}))
        with pytest.raises(InputError, match="holds results of another configuration"):
            retrain(TINY, [2, 3], glyphs, CPU, folder, progress)


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_a_checkpoint_of_an_older_version_is_gone_on_with(
    table: str, key: str, glyphs: Collection, tmp_path: Path, interrupting: type
) -> None:
    config, folder = with_seed(LONGER, 2), TrainedFolder(tmp_path / "own")
    with pytest.raises(KeyboardInterrupt):
        retrain(config, [2], glyphs, CPU, folder, interrupting(2))
    checkpoint = folder.checkpoint(glyphs.label, 2)
    tensors, document = read_tensors(checkpoint)
    older = document | {"config": without(document["config"], table, key)}
    for other in otherwise(document["config"]):
        write_tensors(tensors, document | {"config": other}, checkpoint)
        with pytest.raises(InputError, match="a checkpoint of another configuration"):
            retrain(config, [2], glyphs, CPU, folder, interrupting())
    write_tensors(tensors, older, checkpoint)
    clear_another(config, glyphs, folder)
    progress = interrupting()
    retrain(config, [2], glyphs, CPU, folder, progress)
    assert progress.went_on_after == [2]


def test_what_is_of_another_configuration_is_removed(
    glyphs: Collection, tmp_path: Path, interrupting: type
) -> None:
    config, folder = with_seed(LONGER, 2), TrainedFolder(tmp_path / "own")
    with pytest.raises(KeyboardInterrupt):
        retrain(config, [2], glyphs, CPU, folder, interrupting(2))
    clear_another(with_seed(TINY, 2), glyphs, folder)
    assert not folder.folder.exists()
