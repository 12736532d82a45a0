"""Studies are read from TOML; every mistake is one line naming file, key and what is allowed."""

import json
from pathlib import Path

import pytest

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, own_studies, read_study

TEXT = """
name = "tiny"
trials = 3

[network]
size = 28
units = 16
[[network.convolutions]]
filters = { low = 4, high = 8 }
kernel = 5
pool = true

[train.layers]
learning_rate = { low = 1e-4, high = 1e-1, log = true }
"""


def written(folder: Path, old: str = "", new: str = "") -> str:
    """The path of the study above, one piece of it replaced."""
    assert old in TEXT
    path = folder / "tiny.toml"
    path.write_text(TEXT.replace(old, new, 1) if old else TEXT)
    return str(path)


def complaint(name_or_path: str) -> str:
    with pytest.raises(InputError) as caught:
        load_study(name_or_path)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_a_file_is_read_and_defaults_are_filled_in(tmp_path: Path) -> None:
    study = load_study(written(tmp_path))
    assert (study.name, study.trials, study.seed, study.size) == ("tiny", 3, 0, 28)
    assert study.sampler.name == "tpe"
    assert study.pruner.name == "none"
    assert study.infeasible_budget == 30


@pytest.mark.parametrize("name", own_studies())
def test_the_projects_own_studies_survive_json(name: str) -> None:
    study = load_study(name)
    assert study.name == name
    again = StudyConfig.model_validate(
        json.loads(json.dumps(study.unchangeable() | study.changeable()))
    )
    assert again == study
    assert not {"trials", "timeout", "infeasible_trials"} & study.unchangeable().keys()


def test_only_constraints_that_are_set_define_a_study() -> None:
    """Results and storages that are older than a constraint are of the same study still."""
    study = load_study("glyphs")
    assert "constraints" not in study.unchangeable()
    limited = read_study(study.model_dump() | {"constraints": {"seconds": 4.0}}, "test")
    assert limited.unchangeable() == study.unchangeable() | {"constraints": {"seconds": 4.0}}
    assert read_study(limited.unchangeable() | limited.changeable(), "test") == limited


def test_a_name_a_file_name_and_a_path_find_the_same_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # from any folder
    assert load_study("glyphs") == load_study("glyphs.toml")
    written(tmp_path)
    assert load_study("tiny.toml").name == "tiny"


def test_a_missing_study_lists_those_there_are(tmp_path: Path) -> None:
    for missing in ("nowhere", str(tmp_path / "nowhere.toml")):
        line = complaint(missing)
        assert missing in line
        assert "glyphs" in line
        assert "paper" in line


def test_the_papers_study_holds_the_papers_space() -> None:
    study = load_study("paper")
    kernels = [layer["kernel"] for layer in study.network["convolutions"]]
    assert kernels == [{"low": 3, "high": 20}] * 4
    assert study.network["units"] == {"low": 128, "high": 4096, "step": 16}
    assert study.train["layers"]["momentum"] == {"low": 0.0, "high": 1.0}
    assert study.sampler.name == "gp"
    assert study.train["batch"] == {"pairs": 128, "training_pairs": 150_000}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("trials = 3", "trials = 3\ntime_out = 9.0", ["time_out", "did you mean timeout?"]),
        ("trials = 3", "trials = 0", ["trials", "greater than or equal to 1", "not 0"]),
        ("trials = 3", 'trials = "3"', ["trials", "whole number", "not '3'"]),
        ("trials = 3", "", ["trials", "required"]),
        ('name = "tiny"', 'name = "../tiny"', ["name", "../tiny", "allowed are"]),
        ("trials = 3", "trials = 3\ntrials = 4", ["line 4: gives again", "'trials = 4'"]),
        ("[network]", "[finish]\n[finish]\n[network]", ["gives again", "'[finish]'"]),
        ("trials = 3", f"trials = {10**20}", ["trials: ", "less than or equal to 2147483647"]),
        ("trials = 3", f"trials = 3\nseed = {10**20}", ["seed: ", "less than or equal to 92233"]),
        ("trials = 3", f"trials = 3\nretries = {10**20}", ["retries: ", "less than or equal to"]),
        (
            "[network]",
            f"[finish]\nepochs = {10**5}\n[network]",
            ["finish.epochs", "less than or equal to 10000"],
        ),
        (
            "trials = 3",
            'trials = 3\nwarm_start = "nope/.."',
            ["warm_start: 'nope/..' is no name of a study; allowed are"],
        ),
        ("trials = 3", "trials 3", ["line 3"]),
        (
            "[network]",
            '[sampler]\nname = "bayes"\n[network]',
            ["sampler.name", "'tpe'", "'gp'", "'random'", "not 'bayes'"],
        ),
        (
            "[network]",
            '[pruner]\nname = "hyper-band"\n[network]',
            ["pruner.name", "'hyperband'", "'successive-halving'", "'median'", "'none'"],
        ),
        (
            "[network]",
            "[constraints]\nparameters = 0\n[network]",
            ["constraints.parameters", "greater than or equal to 1", "not 0"],
        ),
        (
            "[network]",
            "[constraints]\nminutes = 3\n[network]",
            ["constraints.minutes", "parameters", "memory", "seconds"],
        ),
        (
            "[network]",
            "[pruner]\nmin_epochs = 99\n[network]",
            ["pruner.min_epochs", "at most train.epochs, 20", "not 99"],
        ),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    path = written(tmp_path, old, new)
    line = complaint(path)
    assert line.startswith(f"{path}: ")
    for part in expected:
        assert part in line


def test_a_folder_and_a_file_of_other_bytes_are_refused(tmp_path: Path) -> None:
    assert complaint(str(tmp_path)).startswith(str(tmp_path))
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert complaint(str(binary)).startswith(str(binary))


def test_a_document_from_elsewhere_is_checked_alike() -> None:
    document = load_study("glyphs").unchangeable()
    with pytest.raises(InputError, match="study glyphs, as stored: trials: "):
        read_study(document, "study glyphs, as stored")
