"""A study begins with configurations from files, in its budget, once."""

from pathlib import Path

import optuna
import pytest
from killed_adding import killed_at_the_second
from short_search import config_with, objective_in, opened

from data.errors import InputError
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.search.enqueue import start_with
from hpo.search.loop import search
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.study.samplers import make_sampler
from hpo.study.space import config_of, sample
from model.config import RunConfig
from model.config_file import to_toml


def drawn(config: StudyConfig, number: int) -> RunConfig:
    """A configuration of the study's space whose network can exist."""
    for seed in range(number, 1000):
        study = optuna.create_study(sampler=make_sampler(config, seed))
        if not (run := sample(study.ask(), config, seed=0)).network.shortfall():
            return run
    raise AssertionError


@pytest.fixture
def files(tmp_path: Path) -> dict[str, RunConfig]:
    """A file, and a folder of two as `export --top` leaves it."""
    (tmp_path / "top").mkdir()
    names = ("top/rank-01-trial-7.toml", "top/rank-02-trial-3.toml", "mine.toml")
    found = {name: drawn(config_with(), 100 * place) for place, name in enumerate(names)}
    for name, run in found.items():
        (tmp_path / name).write_text(to_toml(run))
    return found


def test_they_are_tried_first_and_once(
    tmp_path: Path, data: SearchData, files: dict[str, RunConfig]
) -> None:
    given = (str(tmp_path / "top"), str(tmp_path / "mine.toml"))
    config = config_with(trials=4, start_with=given)
    study = opened(config, tmp_path)
    told = [tried.in_words() for tried in start_with(study, config)]
    assert told == [f"{tmp_path / name}: is tried next, as it is" for name in files]
    assert start_with(study, config) == []
    search(study, objective_in(tmp_path, config, data, Progress("test", 4)))
    first = study.trials[:3]
    for trial, (name, run) in zip(first, files.items(), strict=True):
        assert trial.user_attrs["enqueued"] == Path(name).name
        assert config_of(config, trial.params, seed=0) == run
    assert len(study.trials) > 3
    assert start_with(study, config) == []


@pytest.mark.usefixtures("files")
def test_what_a_system_leaves_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    """As macOS does on a stick: a file of attributes beside each."""
    config = config_with(trials=4, start_with=(str(tmp_path / "top"),))
    for name in ("._rank-01-trial-7.toml", ".hidden.json"):
        (tmp_path / "top" / name).write_bytes(b"\0\5\x16\7")
    tried = [one.file.name for one in start_with(opened(config, tmp_path), config)]
    assert tried == ["rank-01-trial-7.toml", "rank-02-trial-3.toml"]


def test_what_a_killed_process_left_is_not_tried_twice(
    tmp_path: Path, files: dict[str, RunConfig]
) -> None:
    config = config_with(start_with=(str(tmp_path / "top"),))
    once, killed = opened(config, tmp_path / "once"), opened(config, tmp_path / "killed")
    start_with(once, config)
    with killed_at_the_second(killed):
        start_with(killed, config)
    start_with(killed, config)
    assert [trial.user_attrs for trial in killed.trials] == [t.user_attrs for t in once.trials]
    assert len(once.trials) == 2


def test_paths_are_seen_from_the_studys_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[3] / "studies" / "glyphs.toml").read_text()
    (tmp_path / "mine.toml").write_text(f'start_with = ["top", "/elsewhere/a.toml"]\n{text}')
    monkeypatch.chdir(tmp_path.parent)
    study = load_study(f"{tmp_path.name}/mine.toml")
    assert study.start_with == (str(tmp_path / "top"), "/elsewhere/a.toml")
    assert "start_with" not in study.unchangeable()


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "._a.toml").write_bytes(b"\0\5\x16\7")
    for given, expected in (
        ("hidden", "holds no file of a configuration"),
        ("nowhere.toml", "no such file or folder"),
        ("empty", "holds no file of a configuration"),
    ):
        config = config_with(start_with=(str(tmp_path / given),))
        study = opened(config, tmp_path / f"of-{given}")
        with pytest.raises(InputError) as error:
            start_with(study, config)
        said = f"study {config.name}: start_with: {tmp_path / given}: {expected}"
        assert str(error.value) == said
        assert study.trials == []


def test_files_of_one_name_in_two_folders_are_both_tried_after_a_kill(tmp_path: Path) -> None:
    for place, folder in enumerate(("a", "b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.toml").write_text(to_toml(drawn(config_with(), 100 * place)))
    config = config_with(trials=4, start_with=(str(tmp_path / "a"), str(tmp_path / "b")))
    study = opened(config, tmp_path)
    with killed_at_the_second(study):
        start_with(study, config)
    assert len(start_with(study, config)) == 2
    first, second = [trial.system_attrs["fixed_params"] for trial in study.trials]
    assert first != second


def test_a_folder_that_may_not_be_read_is_told(
    tmp_path: Path, files: dict[str, RunConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    def iterdir(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    config = config_with(trials=4, start_with=(str(tmp_path / "top"),))
    study = opened(config, tmp_path)
    monkeypatch.setattr(Path, "iterdir", iterdir)
    with pytest.raises(InputError, match=r"start_with: .*top: cannot be read: permission denied$"):
        start_with(study, config)
