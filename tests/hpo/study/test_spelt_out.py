"""A study whose file writes defaults out is the same study; whatever else changes makes another."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from optuna.storages import BaseStorage
from pydantic import BaseModel

from data.errors import InputError
from hpo.compare.differences import not_comparable
from hpo.compare.studies import ComparedStudy
from hpo.database.opening import open_storage
from hpo.runtime.dotted_keys import whole
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, own_studies, read_study
from hpo.study.narrowing import with_tables
from hpo.study.space import fill, parameters
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.config_file import model_in

Document = dict[str, Any]


def written(model: type[BaseModel], table: Document) -> Document:
    """A table of a study with every default written out, but for the seed, which is a trial's."""
    found: Document = {}
    for name, field in model.model_fields.items():
        inner, value = model_in(field.annotation), table.get(name)
        if value is None:
            if name != "seed" and not field.is_required():
                found[name] = whole(field.default)
        elif isinstance(value, dict) and inner is not None:
            found[name] = written(inner, value)
        elif isinstance(value, list) and inner is not None:
            found[name] = [table | written(inner, table) for table in value]
        else:
            found[name] = range_written(value, field.annotation is int)
    return found


def range_written(value: Any, of_whole: bool) -> Any:  # noqa: ANN401
    if not isinstance(value, dict):
        return value
    if "choices" in value:
        return {"prior": None} | value
    step = {} if not of_whole or value.get("log") else {"step": 1}
    return {"log": False, "prior": None} | step | value


def spelt(study: StudyConfig) -> StudyConfig:
    """The study from a file with every default and every layer written out."""
    document = with_tables(study, {})
    network, train = document["network"], document["train"]
    for convolution in network["convolutions"]:
        convolution.setdefault("present", True)
    tables = {"network": written(NetworkConfig, network), "train": written(TrainConfig, train)}
    return read_study(document | tables, "written out")


def begun(study: StudyConfig, folder: Path) -> BaseStorage:
    storage = open_storage(default_url(folder), create=True)
    open_study(study, storage)
    return storage


def side_by_side(one: StudyConfig, other: StudyConfig) -> list[str]:
    both = (ComparedStudy(study, "f", [], 0.0, [], None, None, None) for study in (one, other))
    return not_comparable(list(both))


@pytest.mark.parametrize("name", own_studies())
def test_what_the_program_would_take_anyway_may_be_written(name: str, tmp_path: Path) -> None:
    study = load_study(name)
    out = spelt(study)
    assert (out.network, out.train) != (study.network, study.train)
    assert "copies" in out.network
    # It is the same: what is searched, and what is fixed.
    assert [(p.name, p.distribution, p.prior) for p in parameters(out)] == [
        (p.name, p.distribution, p.prior) for p in parameters(study)
    ]
    first = [RunConfig.model_validate(fill(one, lambda p: p.values[0])) for one in (study, out)]
    assert first[0] == first[1]

    open_study(out, begun(study, tmp_path))
    for one, other in ((study, out), (out, study)):
        assert one.is_defined_by(other.unchangeable())
        assert side_by_side(one, other) == []


def test_a_study_that_an_older_version_stored_may_be_written_out_now() -> None:
    study = load_study("quick")
    stored = study.unchangeable()
    del stored["lockstep"]
    assert spelt(study).is_defined_by(stored)


SPACE: Document = {
    "name": "one",
    "trials": 3,
    "network": {
        "convolutions": [{"filters": 8, "kernel": {"low": 3, "high": 9}}],
        "units": {"choices": [8, 16]},
    },
    "train": {"layers": {"learning_rate": {"low": 0.01, "high": 0.1}}},
}
ALL_RATES = [{"learning_rate": {"low": 0.01, "high": 0.1}}] * 3


@pytest.mark.parametrize(
    ("key", "value", "differs"),
    [
        ("network.batch_norm", True, "network.batch_norm"),
        ("network.batch_norm", {"choices": [False]}, "network.batch_norm"),
        ("network.units", 8, "network.units"),
        ("network.units", {"choices": [16, 8]}, "network.units.choices.0"),
        ("network.units", {"choices": [8, 16], "prior": 8}, "network.units.prior"),
        ("network.convolutions.0.filters", {"choices": [8]}, "network.convolutions.0.filters"),
        (
            "network.convolutions.0.kernel",
            {"low": 3, "high": 9, "step": 2},
            "network.convolutions.0.kernel.step",
        ),
        (
            "network.convolutions.0.kernel",
            {"low": 3, "high": 9, "log": True},
            "network.convolutions.0.kernel.log",
        ),
        ("network.convolutions.0.kernel", {"choices": [3, 9]}, "network.convolutions.0.kernel"),
        (
            "network.convolutions.0.present",
            {"choices": [True]},
            "network.convolutions.0.present.choices.0",
        ),
        (
            "train.layers.learning_rate",
            {"low": 0.01, "high": 0.1, "step": 0.01},
            "train.layers.learning_rate.step",
        ),
        ("train.layers.l2", 0.001, "train.layers.l2"),
        ("train.layers", [*ALL_RATES[1:], {**ALL_RATES[0], "l2": 0.001}], "train.layers"),
        ("train.pictures", {"share": 0.25}, "train.pictures.share"),
        ("train.initial", "runs/quick", "train.initial"),
    ],
)
def test_whatever_else_changes_makes_another_study(
    key: str, value: object, differs: str, tmp_path: Path
) -> None:
    one, document = read_study(SPACE, "one"), deepcopy(SPACE)
    *above, last = key.split(".")
    table: Any = document
    for part in above:
        table = table[int(part) if isinstance(table, list) else part]
    table[last] = value
    other = read_study(document, "other")
    for begun_as, asked in ((one, other), (one, spelt(other)), (spelt(other), one)):
        assert not asked.is_defined_by(begun_as.unchangeable())
        assert f"search different spaces ({differs}" in "".join(side_by_side(begun_as, asked))
    with pytest.raises(InputError, match=f"exists with another definition: {differs}"):
        open_study(spelt(other), begun(one, tmp_path))


def test_only_what_differs_is_named(tmp_path: Path) -> None:
    one = read_study(SPACE, "one")
    convolution = Convolution(filters=8, kernel=3).model_dump() | {"kernel": {"low": 3, "high": 5}}
    layer = LayerConfig(learning_rate=0.1).model_dump() | ALL_RATES[0]
    network = SPACE["network"] | {"convolutions": [convolution]}
    other = read_study(SPACE | {"network": network, "train": {"layers": [layer] * 3}}, "other")
    with pytest.raises(InputError) as caught:
        open_study(other, begun(one, tmp_path))
    assert str(caught.value) == (
        "study one: exists with another definition: network.convolutions.0.kernel.high: 9 -> 5;"
        " give the changed study another name"
    )
