"""Networks that trainings are given fit every trial, or one line says which does not, and why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from one_trial import study_with
from random_network import write_random_network
from short_search import CPU, objective_in
from taking import taken
from tiny_study import tiny_study

from data.collection import Collection
from data.errors import InputError
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.search import given_networks
from hpo.search.given_networks import check_given_networks
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.study.space import fill
from model.config import RunConfig

TEXT = tiny_study(trials=2).replace("{ choices = [4, 8] }", "4")


@pytest.fixture(autouse=True)
def current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def study(text: str) -> StudyConfig:
    Path("tiny.toml").write_text(text)
    return load_study("tiny.toml")


def write(folder: str, old: str = "", new: str = "", seed: int = 1) -> None:
    """A trained network, of a study that differs in one place."""
    config = fill(study(TEXT.replace(old, new) if old else TEXT), lambda p: p.values[0])
    write_random_network(Path(folder), RunConfig.model_validate(config), seed)


@pytest.mark.parametrize(
    ("key", "fixed", "first", "second"),
    [
        (
            "batch_norm",
            "units = 8",
            "units = 8\nbatch_norm = true",
            "units = 8\nbatch_norm = false",
        ),
        ("units", "units = 8", "units = 8", "units = 9"),
        ("convolutions", "filters = 4", "filters = 4", "filters = 8"),
    ],
)
def test_each_network_to_start_from_fits_every_trial(
    key: str, fixed: str, first: str, second: str
) -> None:
    """Not only those trials whose choices all stand at the same place of their lists."""
    values = [place.rsplit("=", 1)[1].strip() for place in (first, second)]
    name = first.rsplit("=", 1)[0]
    either = f"{name}= {{ choices = [{', '.join(values)}] }}"
    write("a", fixed, first)
    write("b", fixed, second)
    given = '[train]\ninitial = { choices = ["a", "b"] }'
    config = study(TEXT.replace(fixed, either).replace("[train]", given))
    with pytest.raises(InputError, match=rf"train.initial: a: its network.{key} has "):
        check_given_networks(config)
    write("b", fixed, first, seed=2)
    check_given_networks(study(TEXT.replace(fixed, first).replace("[train]", given)))


def test_each_network_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"net{number}" for number in range(4)]
    for seed, name in enumerate(names):
        write(name, seed=seed)
    found: list[str] = []
    for function in ("weights_that_fit", "load_teacher"):
        genuine = getattr(given_networks, function)

        def counted(*arguments: object, genuine: object = genuine, name: str = function) -> object:
            found.append(name)
            return genuine(*arguments)  # type: ignore[operator]

        monkeypatch.setattr(given_networks, function, counted)
    listed = ", ".join(f'"{name}"' for name in names)
    given = "\n".join(
        [
            '[train]\nloss = "one-shot"\ntemperature = { low = 1.0, high = 2.0 }',
            f"initial = {{ choices = [{listed}] }}\nteacher = {{ choices = [{listed}] }}",
        ]
    )
    check_given_networks(study(TEXT.replace("[train]", given)))
    assert sorted(found) == ["load_teacher"] * 4 + ["weights_that_fit"] * 4


@pytest.mark.parametrize("key", ["initial", "teacher"])
@pytest.mark.parametrize("change", ["gone", "another size"])
def test_the_reason_is_that_of_the_network_and_not_of_a_checkpoint(
    key: str, change: str, glyphs: Collection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is changed after the search has looked at it; the trial has no checkpoint yet."""
    write("given")
    config = study(TEXT.replace("[train]", f'[train]\nloss = "one-shot"\n{key} = "given"'))
    data = SearchData.of(glyphs, config.size, CPU)
    objective = objective_in(tmp_path, config, data, Progress("test", 1))
    shutil.rmtree("given")
    said = rf"^train\.{key}: given: no such folder or file$"
    if change == "another size":
        write("given", "size = 14", "size = 16")
        said = rf"^train\.{key}: given: .* 16"
    with pytest.raises(InputError, match=said):
        objective(taken(study_with(), config))
    assert "checkpoint" not in caplog.text
