"""What the workers of an experiment load: the data set that it is given, whatever its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType

import pytest

from data.collection import Collection
from hpo.finish.retrain_task import RetrainTask
from hpo.reproduce import trainings
from hpo.reproduce.context import Context
from hpo.reproduce.networks import alike
from hpo.reproduce.paper_search import longest
from hpo.reproduce.paper_search.settings import Settings
from model.config import NetworkConfig, RunConfig

Trains = Callable[[Context, Settings, RunConfig], object]


class Asked(Exception):  # noqa: N818 - nothing is wrong
    """The trainings were asked for."""


@pytest.mark.parametrize("name", ["omniglot", "glyphs", "runes", "folder:/home/runes"])
@pytest.mark.parametrize(
    ("module", "trains"),
    [
        (trainings, lambda context, _, config: trainings.train(context, {"one": config})),
        (longest, longest.longest),
    ],
)
def test_workers_load_the_data_set_of_the_experiment(
    name: str,
    module: ModuleType,
    trains: Trains,
    context: Callable[..., Context],
    settings: Settings,
    tiny: NetworkConfig,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask(tasks: Sequence[RetrainTask], _: object, given: Collection, *__: object) -> None:
        assert {task.dataset for task in tasks} == {given.name} == {name}
        raise Asked

    monkeypatch.setattr(module, "retrain_all", ask)
    here = context()
    here = replace(here, collection=replace(here.collection, name=name))
    with pytest.raises(Asked):
        trains(here, settings, alike(tiny, 0.1, 1, loss="pairs"))
