"""Configuration files: round trip, and one clear line for each mistake."""

from __future__ import annotations

import json
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from data.errors import InputError
from model.config import RunConfig
from model.config_file import Form, read_config, read_config_and_dataset, to_text, to_toml
from model.document import read_document

GOOD: dict[str, Any] = {
    "network": {"size": 35, "units": 64, "convolutions": [{"filters": 8, "kernel": 5}]},
    "train": {"seed": 3, "layers": [{"learning_rate": 0.001, "l2": 0.0001}] * 3},
}


def broken(path: str, value: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(GOOD))
    *parents, last = path.split(".")
    inner: Any = document
    for part in parents:
        inner = inner[int(part)] if isinstance(inner, list) else inner[part]
    inner[int(last) if isinstance(inner, list) else last] = value
    return document


def test_round_trip(tmp_path: Path) -> None:
    config = RunConfig.model_validate(GOOD)
    (tmp_path / "a.toml").write_text(to_toml(config))
    (tmp_path / "a.json").write_text(config.model_dump_json())
    assert read_config(tmp_path / "a.toml") == config
    assert read_config(tmp_path / "a.json") == config


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("network.unit", 3, "network.unit: unknown key; did you mean units?"),
        ("train.layers.0.rate", 3, "train.layers.0.rate: unknown key; allowed are l2, learning"),
        (
            "train.layers",
            [{"learning_rat": 0.1}] * 3,
            "layers.0.learning_rat: unknown key; did you",
        ),
        ("network.units", "many", "network.units: should be a whole number, not 'many'"),
        ("network.units", True, "network.units: should be a whole number, not true"),
        ("network.units", 3.0, "network.units: should be a whole number, not 3.0"),
        ("network.units", None, "network.units: should be a whole number, not null"),
        ("network.units", {"low": 1}, "network.units: should be a whole number, not a table"),
        ("network.batch_norm", 1, "network.batch_norm: should be true or false, not 1"),
        ("network.convolutions", "abc", "network.convolutions: should be a list, not 'abc'"),
        ("network.convolutions", [], "network.convolutions: should have 1 or more entries, not 0"),
        (
            "network.convolutions",
            [{"filters": 8, "kernel": 1}] * 9,
            "network.convolutions: should have 8 or fewer entries, not 9",
        ),
        ("network.convolutions.0", 3, "network.convolutions.0: should be a table, not 3"),
        ("train.temperature", "x", "train.temperature: should be a number, not 'x'"),
        ("train.temperature", nan, "train.temperature: should be a finite number, not nan"),
        ("train.temperature", inf, "train.temperature: should be a finite number, not inf"),
        ("train.distortion", {"affine": nan}, "affine: should be a finite number, not nan"),
        ("train.batch", [1], "train.batch: should be a table, not a list"),
        ("train.batch", {"new\nline": 1}, r"'train.batch.new\nline': unknown key"),
        ("train", {}, "train.layers: is required"),
        ("network", 3, "network: should be a table, not 3"),
        ("network.units", 0, "network.units: should be greater than or equal to 1, not 0"),
        (
            "train.loss",
            "hinge",
            "train.loss: should be 'pairs', 'batch-pairs', 'nca' or 'one-shot'",
        ),
        ("train.layers", [{"learning_rate": 0.1}] * 4, "train.layers has 4 entries; the network"),
        ("network.convolutions", [{"filters": 8, "kernel": 40}], "5 pixels too small"),
    ],
)
def test_a_mistake_is_one_line_with_file_key_and_what_is_allowed(
    tmp_path: Path, path: str, value: object, expected: str
) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(broken(path, value)))
    with pytest.raises(InputError) as error:
        read_config(file)
    assert str(error.value).startswith(str(file))
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


def test_toml_has_more_kinds_of_values_than_a_configuration(tmp_path: Path) -> None:
    text = to_toml(RunConfig.model_validate(GOOD))
    file = tmp_path / "config.toml"
    for given, said in (("nan", "not nan"), ("-inf", "not -inf"), ("2020-01-01", "not a date or")):
        assert text.count("temperature = 1.0") == 1
        file.write_text(text.replace("temperature = 1.0", f"temperature = {given}"))
        with pytest.raises(InputError, match=rf"config\.toml: train\.temperature: .* {said}"):
            read_config(file)


@pytest.mark.parametrize("name", ["config.toml", "config.json"])
def test_a_mark_in_front_of_the_text_is_no_mistake(tmp_path: Path, name: str) -> None:
    config = RunConfig.model_validate(GOOD)
    text = to_toml(config) if name.endswith("toml") else config.model_dump_json()
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_config(tmp_path / name) == config


def test_files_that_are_not_there_or_no_toml(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_config(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("network = = 3")
    with pytest.raises(InputError, match=r"bad\.toml: .*line 1"):
        read_config(tmp_path / "bad.toml")
    for name in ("a.toml", "a.json", "a.yaml"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
        with pytest.raises(InputError) as error:
            read_config(tmp_path / name)
        assert str(error.value) == f"{tmp_path / name}: holds no text; should be TOML, JSON or YAML"


@pytest.mark.parametrize("name", ["a.toml", "a.json", "a.yaml"])
def test_text_in_another_encoding_is_told_with_its_line(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes("a = 1\r\n# für\n".encode("latin-1"))
    with pytest.raises(InputError) as error:
        read_config(tmp_path / name)
    said = f"{tmp_path / name}: is not in UTF-8: byte 0xfc in line 2; save it as UTF-8"
    assert str(error.value) == said


def test_what_is_given_twice_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    for text, said in (
        ("a = 1\na = 2\nb = 3\n", "line 2: gives again what is there already: 'a = 2'"),
        ("a = 1\na = 2", "line 2: gives again what is there already: 'a = 2'"),
        ("[a]\n[a]\n", "line 2: gives again what is there already: '[a]'"),
        ("a = 1\n[a]\n", "line 2: gives again what is there already: '[a]'"),
        ("a = {b = 1}\na.c = 2\n", "line 2: gives again what is there already: 'a.c = 2'"),
    ):
        file.write_text(text)
        with pytest.raises(InputError) as error:
            read_config(file)
        assert str(error.value) == f"{file}: {said}"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", '{"train": {"seed": 1, "seed": 2}}', "gives 'seed' twice"),
        ("a.json", '{"network": {}, "train": {}, "network": {}}', "gives 'network' twice"),
        ("pipe", '{"a": [{"b": 1, "b": 1}]}', "gives 'b' twice"),
        ("a.yaml", "a: 1\nb: 2\na: 1\n", "line 3: gives 'a' again: 'a: 1'"),
        ("a.yml", "a:\n- b: 1\n  b: 2\n", "line 3: gives 'b' again: 'b: 2'"),
        ("a.yaml", "a: {b: 1, c: 2, b: 3}\n", "line 1: gives 'b' again: 'a: {b: 1, c: 2, b: 3}'"),
        ("a.yaml", "a: 1\n'a': 2\n", "line 2: gives 'a' again: \"'a': 2\""),
    ],
)
def test_a_key_is_given_once_in_json_and_yaml_too(
    name: str, text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as error:
        read_document(tmp_path / name)
    assert str(error.value) == f"{tmp_path / name}: {said}"


def test_equal_keys_of_different_tables_and_merged_ones_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": {"b": 1}, "c": {"b": 2}, "d": [{"b": 1}, {"b": 1}]}')
    wanted = {"a": {"b": 1}, "c": {"b": 2}, "d": [{"b": 1}, {"b": 1}]}
    assert read_document(tmp_path / "a.json") == wanted
    (tmp_path / "a.yaml").write_text("a: &one {b: 1, c: 2}\nd: {<<: *one, b: 3}\n")
    assert read_document(tmp_path / "a.yaml")["d"] == {"b": 3, "c": 2}


@pytest.mark.parametrize("name", ["a.toml", "a.json", "a.yaml"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_text_in_another_unicode_is_told_to_be_that(
    name: str, encoding: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes('\ufeffname = "für"\n'.encode(encoding))
    with pytest.raises(InputError) as error:
        read_config(tmp_path / name)
    named = encoding.rpartition("-")[0].upper()
    said = f"{tmp_path / name}: is not in UTF-8, but in {named}; save it as UTF-8"
    assert str(error.value) == said


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; should be a TOML, JSON or YAML file"):
        read_config(tmp_path)


@pytest.mark.parametrize("form", ["toml", "json", "yaml"])
def test_every_form_keeps_every_number(form: Form, tmp_path: Path) -> None:
    rates = [{"learning_rate": 1 / 3, "l2": 1e-7}, {"learning_rate": 5e-324}, {"learning_rate": 1}]
    config = RunConfig.model_validate({**GOOD, "train": {"seed": 2**31 - 1, "layers": rates}})
    (tmp_path / f"a.{form}").write_text(to_text(config, form))
    assert read_config(tmp_path / f"a.{form}") == config


@pytest.mark.parametrize("form", ["toml", "json", "yaml"])
@pytest.mark.parametrize(
    "pictures", [{"drawers": "all"}, {"share": 0.3}, {"extra": "glyphs"}, {"extra": None}]
)
def test_every_form_keeps_what_is_trained_on(
    pictures: dict[str, Any], form: Form, tmp_path: Path
) -> None:
    config = RunConfig.model_validate({**GOOD, "train": {**GOOD["train"], "pictures": pictures}})
    (tmp_path / f"a.{form}").write_text(to_text(config, form))
    assert read_config(tmp_path / f"a.{form}") == config


@pytest.mark.parametrize("form", ["toml", "json", "yaml"])
def test_every_form_keeps_the_data_set(form: Form, tmp_path: Path) -> None:
    config, path = RunConfig.model_validate(GOOD), tmp_path / f"a.{form}"
    for dataset in ("glyphs", "omniglot"):
        path.write_text(to_text(config, form, dataset))
        assert read_config_and_dataset(path)[1] == dataset
        assert read_config(path) == config
    path.write_text(to_text(config, form))
    assert "dataset" not in path.read_text()
    assert read_config_and_dataset(path)[1] == "auto"


def test_a_data_set_that_there_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(to_toml(RunConfig.model_validate(GOOD), "mnist"))
    for read in (read_config, read_config_and_dataset):
        with pytest.raises(InputError, match=r"dataset: should be .*'glyphs', not 'mnist'"):
            read(tmp_path / "a.toml")


@pytest.mark.parametrize("rate", ["1e-3", "1.e-3", ".1e-2", "1.0E-3", "0.001"])
def test_yaml_takes_numbers_as_people_write_them(rate: str, tmp_path: Path) -> None:
    document = json.dumps(GOOD).replace("0.001", rate)  # JSON is YAML
    assert rate in document
    (tmp_path / "a.yml").write_text(document)
    assert read_config(tmp_path / "a.yml") == RunConfig.model_validate(GOOD)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("network: [", "line 1"),
        ("- network", "holds no table of keys"),
        ("a: 1\n---\nb: 2", "expected a single document"),
        ("network: !!python/name:os.system", "line 1: has a tag, !!python/name:os.system"),
        ("1: 2", "line 1: the key '1' should be text"),
        (json.dumps(broken("train.seed", "")).replace('""', "2020-01-01"), "not '2020-01-01'"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_mistake_in_yaml_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(InputError) as error:
        read_config(tmp_path / "bad.yaml")
    assert str(error.value).startswith(f"{tmp_path / 'bad.yaml'}: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
