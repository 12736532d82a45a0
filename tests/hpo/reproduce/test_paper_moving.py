"""A search of many hours goes on on another machine, by the commands that the page gives."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.searches import searches
from hpo.reproduce.paper_search.settings import LITERAL, Settings
from model.training.trainer import Trainer

PAGE = Path(__file__).parents[3] / "docs" / "paper-search.md"
FOLDER = Path("runs") / "reproduce" / "search"
TIMES = {"seconds_trained"}


def on_the_page(begins: str) -> str:
    """The command on the page that begins so."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    (found,) = [line for block in blocks for line in block.splitlines() if begins in line]
    return found.partition("  #")[0]


def test_stopped_packed_and_taken_to_another_folder(
    context: Callable[..., Context],
    settings: Settings,
    interrupting: type,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    study = settings.studies[LITERAL]
    longer = study.model_copy(update={"train": study.train | {"epochs": 2}})
    settings = replace(settings, studies={LITERAL: longer}, samplers=settings.samplers[1:])

    def found() -> list[dict[str, Any]]:
        here = replace(context(), folder=FOLDER)
        return [
            {key: value for key, value in search.document().items() if key not in TIMES}
            for search in searches(here, settings)
        ]

    for machine in ("undisturbed", "first", "second"):
        (tmp_path / machine).mkdir()
    monkeypatch.chdir(tmp_path / "undisturbed")
    undisturbed = found()

    monkeypatch.chdir(tmp_path / "first")
    with monkeypatch.context() as here:
        # In its eighth epoch: of the fourth trial, the first that is drawn, one is kept.
        here.setattr("hpo.run.search_task.Progress", lambda *_, **__: interrupting(8))
        with pytest.raises(KeyboardInterrupt):
            found()
    checkpoints = list(FOLDER.rglob("checkpoints/*"))
    assert len(checkpoints) == 1
    (FOLDER / "logs").mkdir()
    (FOLDER / "logs" / "long").write_bytes(bytes(1000))
    subprocess.run(on_the_page("tar -cJf"), shell=True, check=True)
    packed = next(Path().glob("studies/results/paper-search/*.tar.xz"))

    other = tmp_path / "second"
    (other / packed).parent.mkdir(parents=True)
    shutil.move(packed, other / packed)
    shutil.rmtree(tmp_path / "first" / "runs")
    monkeypatch.chdir(other)
    subprocess.run(on_the_page("tar -xJf"), shell=True, check=True)
    assert not (FOLDER / "logs").exists()
    assert [path.exists() for path in checkpoints] == [True]
    monkeypatch.setattr("hpo.run.search_task.Progress", lambda *_, **__: interrupting())
    steps, own = [], Trainer.step

    def step(trainer: Trainer, *batch: Tensor) -> Tensor:
        steps.append(batch)
        return own(trainer, *batch)

    monkeypatch.setattr(Trainer, "step", step)
    assert found() == undisturbed
    assert len(steps) == longer.train["steps_per_epoch"]  # of the one epoch that was left
