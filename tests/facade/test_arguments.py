"""Arguments of types that none may have: refused in one line that names them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import siamese_hpo
from data.errors import InputError
from hpo.study.file import load_study, own_studies, read_study
from hpo.study.results import StudyResults
from siamese_hpo.arguments import plain
from siamese_hpo.network import Network
from siamese_hpo.study import Study, changed

A_PATH = "should be a path, as text or Path"
NO_PATH = "holds a character that no path can"
DEVICES = "should be auto, cpu, cuda or cuda:N"
A_STUDY = "should be a study's name, its file or a mapping"
A_URL = "should be a database URL, such as sqlite:///runs/quick/study.db"


def refused(of: Callable[[], object]) -> str:
    with pytest.raises(InputError) as error:
        of()
    line = str(error.value)
    assert line.isprintable()
    return line


pytestmark = pytest.mark.filterwarnings("error:overflow")


@pytest.fixture(scope="module")
def network() -> Network:
    return siamese_hpo.load(device="cpu")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"folder": 5}, f"folder of type int: {A_PATH}"),
        ({"folder": b"runs"}, f"folder of type bytes: {A_PATH}"),
        ({"folder": "a\0b"}, rf"folder 'a\x00b': {NO_PATH}"),
        ({"folder": Path("a\0b")}, rf"folder 'a\x00b': {NO_PATH}"),
        ({"folder": "a\ud800"}, rf"folder 'a\ud800': {NO_PATH}"),
        ({"device": None}, f"device of type NoneType: {DEVICES}"),
        ({"device": 5}, f"device of type int: {DEVICES}"),
    ],
)
def test_of_load(given: dict[str, Any], line: str) -> None:
    assert refused(lambda: siamese_hpo.load(**given)) == line


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"study": None}, f"study of type NoneType: {A_STUDY}"),
        ({"study": 5}, f"study of type int: {A_STUDY}"),
        ({"folder": 5}, f"folder of type int: {A_PATH}"),
        ({"folder": "a\0b"}, rf"folder 'a\x00b': {NO_PATH}"),
        ({"data_root": 5}, f"data_root of type int: {A_PATH}"),
        ({"storage": 5}, f"storage of type int: {A_URL}"),
        ({"storage": Path("study.db")}, f"storage of type PosixPath: {A_URL}"),
        ({"device": None}, f"device of type NoneType: {DEVICES}"),
        (
            {"trials": {3}},
            "siamese_hpo.run: trials: should be a whole number, not a value of type set",
        ),
        (
            {"trials": np.float64(2.5)},
            "siamese_hpo.run: trials: should be a whole number, not 2.5",
        ),
    ],
)
def test_of_run(
    given: dict[str, Any], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(lambda: siamese_hpo.run(**({"study": "glyphs"} | given))) == line
    assert not list(tmp_path.iterdir())


def test_of_a_network(network: Network) -> None:
    pictures = torch.rand(1, network.size, network.size)
    dense = "should be a dense tensor of values, on a processor or GPU"
    for of, line in (
        (lambda: network.export("a\0b"), rf"folder 'a\x00b': {NO_PATH}"),
        (lambda: network.export(5), f"folder of type int: {A_PATH}"),
        (lambda: network.classify("a\0b", pictures), rf"support 'a\x00b': {NO_PATH}"),
        (lambda: network.classify(pictures, "a\0b"), rf"pictures 'a\x00b': {NO_PATH}"),
        (lambda: network.embed("a\ud800"), rf"pictures 'a\ud800': {NO_PATH}"),
        (lambda: network.embed([Path("a\ud800")]), rf"pictures 'a\ud800': {NO_PATH}"),
        (
            lambda: network.embed(pictures.to_sparse()),
            f"pictures of layout torch.sparse_coo on cpu: {dense}",
        ),
        (
            lambda: network.embed(pictures.to("meta")),
            f"pictures of layout torch.strided on meta: {dense}",
        ),
        (
            lambda: network.embed(np.full((1, network.size, network.size), 1e300)),
            "pictures of values from inf to inf: should be from 0, paper, to 1, ink",
        ),
    ):
        assert refused(of) == line


def in_tuples(given: Any) -> Any:  # noqa: ANN401
    if isinstance(given, dict):
        return {key: in_tuples(of) for key, of in given.items()}
    return tuple(map(in_tuples, given)) if isinstance(given, list) else given


@pytest.mark.parametrize("name", own_studies())
def test_tuples_are_lists(name: str) -> None:
    path = Path(load_study.__code__.co_filename).parents[2] / "studies" / f"{name}.toml"
    definition = tomllib.loads(path.read_text())
    assert read_study(plain(in_tuples(definition)), "study") == read_study(definition, "study")


def test_a_device_is_told_as_an_argument(tmp_path: Path) -> None:
    study = Study(StudyResults.model_construct(study="a"), tmp_path)
    for of in (lambda: siamese_hpo.load(device="cuda:999"), lambda: study.network("cuda:999")):
        assert refused(of).startswith("device cuda:999: this machine has ")


def test_numbers_of_numpy_are_numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = changed(load_study("glyphs"), {"trials": np.int64(4), "timeout": np.float32(1.5)})
    assert (config.trials, config.timeout) == (4, 1.5)
    assert (type(config.trials), type(config.timeout)) == (int, float)
    path = Path(load_study.__code__.co_filename).parents[2] / "studies" / "glyphs.toml"
    definition = tomllib.loads(path.read_text())
    definition["network"]["size"] = np.int32(28)
    found: list[Any] = []

    def run_in(config: object, _: object, machine: object, workspace: object) -> None:
        found.extend((config, machine))
        raise KeyboardInterrupt

    monkeypatch.setattr("siamese_hpo.study.run_in", run_in)
    with pytest.raises(KeyboardInterrupt):
        siamese_hpo.run(
            definition, workers=np.int16(2), folder=tmp_path, device=torch.device("cpu")
        )
    config, machine = found
    assert (config.network["size"], type(config.network["size"])) == (28, int)
    assert (machine.workers, machine.device) == (2, "cpu")
    line = re.escape("workers True: should be a whole number, 1 to 1000")
    with pytest.raises(InputError, match=line):
        siamese_hpo.run(definition, workers=np.True_)
