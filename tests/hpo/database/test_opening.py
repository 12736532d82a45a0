"""Storage: real SQLite files, and what happens where there is none, or something else."""

import hashlib
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from data.collection import Collection
from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.runtime.process_identity import this_process
from hpo.search.claims import give_back, take_trial
from hpo.storage.asked_budgets import ASKED
from hpo.storage.studies import keep_fingerprint, open_study, stored_study
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.trials.budget import TrialCounts, counts
from hpo.trials.outcome import is_infeasible


@pytest.fixture
def config() -> StudyConfig:
    return load_study("glyphs")


def complaint(url: str, create: bool) -> str:
    with pytest.raises(InputError) as caught:
        open_storage(url, create)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_a_study_and_its_definition_are_found_again(tmp_path: Path, config: StudyConfig) -> None:
    url = default_url(tmp_path / "runs" / "glyphs")
    open_study(config, open_storage(url, create=True))
    assert (tmp_path / "runs" / "glyphs" / "study.db").is_file()
    study, stored = stored_study("glyphs", open_storage(url, create=False))
    assert stored == config
    assert study.direction is optuna.study.StudyDirection.MAXIMIZE


def test_budgets_may_change_and_the_definition_may_not(tmp_path: Path, config: StudyConfig) -> None:
    storage = open_storage(default_url(tmp_path), create=True)
    open_study(config, storage)
    open_study(config.model_copy(update={"trials": 99, "timeout": 60.0}), storage)
    assert stored_study("glyphs", storage)[1].trials == 99

    train = config.train | {"epochs": 5, "layers": {"learning_rate": 0.01}}
    changed = config.model_copy(update={"train": train, "trials": 7})
    with pytest.raises(InputError) as caught:
        open_study(changed, storage)
    line = str(caught.value)
    assert "train.epochs: 4 -> 5" in line
    assert "train.layers.learning_rate.low: 0.0001 -> not set" in line
    assert "and 2 more" in line
    assert stored_study("glyphs", storage)[1].trials == 99


def test_who_is_refused_asks_for_nothing(
    tmp_path: Path, config: StudyConfig, glyphs: Collection
) -> None:
    storage = open_storage(default_url(tmp_path), create=True)
    study = open_study(config, storage, lambda study: keep_fingerprint(study, glyphs))
    before, asked = dict(study.user_attrs), {"another:1:2": config.trials}
    study.set_user_attr(ASKED, asked)
    larger = config.model_copy(update={"trials": 99, "timeout": 60.0})
    other = replace(glyphs, fingerprint="0" * 64)
    with pytest.raises(InputError, match="is on another glyphs than this machine's"):
        open_study(larger, storage, lambda study: keep_fingerprint(study, other))
    assert study.user_attrs == before | {ASKED: asked}


def test_an_unknown_study_lists_those_there_are(tmp_path: Path, config: StudyConfig) -> None:
    storage = open_storage(default_url(tmp_path), create=True)
    with pytest.raises(InputError, match="study quick: not in this storage; it has none"):
        stored_study("quick", storage)
    open_study(config, storage)
    with pytest.raises(InputError, match="it has glyphs"):
        stored_study("quick", storage)


def test_a_study_of_another_program_is_refused(tmp_path: Path, config: StudyConfig) -> None:
    storage = open_storage(default_url(tmp_path), create=True)
    other = optuna.create_study(storage=storage, study_name="glyphs")
    other.add_trial(optuna.trial.create_trial(value=1.0))
    with pytest.raises(InputError, match="not made by this project"):
        open_study(config, storage)
    with pytest.raises(InputError, match="not made by this project"):
        stored_study("glyphs", storage)


def test_nothing_is_made_where_nothing_was_asked_for(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "study.db"
    assert "no such file" in complaint(f"sqlite:///{missing}", create=False)
    assert not missing.parent.exists()
    assert "is a folder" in complaint(f"sqlite:///{tmp_path}", create=True)
    assert "names no file" in complaint("sqlite://", create=True)
    in_memory = "sqlite:///file:study?mode=memory&uri=true"
    assert "names no file" in complaint(in_memory, create=True)
    uri = f"sqlite:///file:{tmp_path}/study.db?uri=true"
    assert "must name the file by its path" in complaint(uri, create=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["50%41", "what?", "a#b", "with blank", "at@home:1", "ü"])
def test_a_folder_may_have_any_name(tmp_path: Path, config: StudyConfig, name: str) -> None:
    open_study(config, open_storage(default_url(tmp_path / name), create=True))
    assert {path.name.partition("-")[0] for path in (tmp_path / name).iterdir()} == {"study.db"}
    storage = open_storage(default_url(tmp_path / name), create=False)
    assert stored_study("glyphs", storage)[1] == config


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("7", "what is stored of it is damaged: no tables"),
        ('{"name": "gly', "what is stored of it is damaged: Unterminated string"),
        ('{"name": "glyphs"}', "study glyphs, as stored: network: is required"),
    ],
)
def test_a_damaged_definition_is_one_line(
    tmp_path: Path, config: StudyConfig, definition: str, message: str
) -> None:
    url = default_url(tmp_path)
    open_study(config, open_storage(url, create=True))
    with sqlite3.connect(tmp_path / "study.db") as database:
        change = "update study_user_attributes set value_json = ? where key = 'definition'"
        assert database.execute(change, (definition,)).rowcount == 1
    for way in (lambda s: stored_study("glyphs", s), lambda s: open_study(config, s)):
        with pytest.raises(InputError, match=message) as caught:
            way(open_storage(url, create=False))
        assert "\n" not in str(caught.value)


def test_an_empty_file_is_a_new_database_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.touch()
    assert "holds no studies" in complaint(default_url(tmp_path), create=False)
    assert path.stat().st_size == 0
    open_storage(default_url(tmp_path), create=True)
    assert path.stat().st_size > 0


@pytest.mark.parametrize("create", [False, True])
def test_what_is_no_storage_stays_untouched(tmp_path: Path, create: bool) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("milk, bread\n" * 100)
    assert "file is not a database" in complaint(f"sqlite:///{text}", create)
    assert text.read_text() == "milk, bread\n" * 100

    foreign = tmp_path / "music.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("create table songs (title text)")
    connection.close()
    before = hashlib.sha256(foreign.read_bytes()).hexdigest()
    line = complaint(f"sqlite:///{foreign}", create)
    assert ("something else" if create else "holds no studies") in line
    assert hashlib.sha256(foreign.read_bytes()).hexdigest() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["music.db", "notes.txt"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = complaint(default_url(tmp_path / "file" / "deeper"), create=True)
    assert f"cannot make the folder {tmp_path / 'file' / 'deeper'}" in line


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")
def test_a_file_that_cannot_be_opened_is_named() -> None:
    line = complaint("sqlite:////proc/study.db", create=True)
    assert line == (
        "storage sqlite:////proc/study.db: cannot be used: unable to open database file"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql+nodriver://me:hush@localhost/db", "nodriver"),
        ("nosuch://me:hush@localhost/db", "nosuch"),
        ("me:hush//me:hush@localhost", "no database URL"),
        ("runs/quick/study.db", "runs/quick/study.db: no database URL, such as sqlite:///"),
        # Either the driver is missing, or nothing listens there.
        ("postgresql://me:hush@127.0.0.1:9/db", "storage postgresql://me:***@127.0.0.1:9/db: "),
        # Drivers take it from the query, too.
        ("nosuch://h/db?password=hush", "storage nosuch://h/db?password=***: "),
        ("nosuch://h/db?a=b&sslpassword=hush&user=u", "h/db?a=b&sslpassword=***&user=u: "),
        ("nosuch://h/db?passwd=hush", "storage nosuch://h/db?passwd=***: "),
        ("nosuch://h:port/db?password=hush", "storage nosuch://***: no "),
    ],
)
def test_unusable_urls_are_explained_without_the_password(url: str, expected: str) -> None:
    line = complaint(url, create=True)
    assert expected in line
    assert "hush" not in line.replace("me:hush//", "")


def test_trials_are_counted_by_what_became_of_them(tmp_path: Path, config: StudyConfig) -> None:
    study = open_study(config, open_storage(default_url(tmp_path), create=True))
    assert counts(study.trials) == TrialCounts(0, 0, 0, 0, 0, 0)
    for shortfall in (0, 0, 3):
        trial = study.ask()
        trial.set_constraint("shortfall", shortfall)
        study.tell(trial, 0.5)
    study.tell(study.ask(), state=TrialState.PRUNED)
    study.tell(study.ask(), state=TrialState.FAIL)
    running = study.ask()
    running.set_user_attr("worker", this_process())
    assert counts(study.trials) == TrialCounts(2, 1, 1, 1, running=1, waiting=0)
    assert [is_infeasible(trial) for trial in study.trials] == [False] * 2 + [True] + [False] * 3
    give_back(study, running)
    assert counts(study.trials) == TrialCounts(2, 1, 1, 1, running=0, waiting=1)


def test_a_trial_given_back_keeps_all_and_is_asked_for_next(
    tmp_path: Path, config: StudyConfig
) -> None:
    study = open_study(config, open_storage(default_url(tmp_path), create=True))
    trial = take_trial(study, config, study.get_trials())
    assert trial is not None
    x = trial.suggest_float("x", 0, 1)
    trial.report(0.25, 1)
    give_back(study, trial)
    assert study.trials[0].state is TrialState.WAITING
    again = take_trial(study, config, study.get_trials())
    assert again is not None
    assert again.number == trial.number
    assert again.suggest_float("x", 0, 1) == x
    assert study.trials[0].intermediate_values == {1: 0.25}
    study.tell(again, 0.5)
    give_back(study, again)  # too late: it is told
    assert study.trials[0].state is TrialState.COMPLETE


def test_an_empty_study_of_another_program_that_searches_the_other_way_is_refused(
    tmp_path: Path, config: StudyConfig
) -> None:
    storage = open_storage(default_url(tmp_path), create=True)
    optuna.create_study(storage=storage, study_name="glyphs")
    with pytest.raises(InputError, match="is to minimize, where this one is to maximize; give"):
        open_study(config, storage)
    optuna.create_study(storage=storage, study_name="other", direction="maximize")
    other = open_study(config.model_copy(update={"name": "other"}), storage)
    assert stored_study("other", storage)[1].train == config.train
    assert other.direction is optuna.study.StudyDirection.MAXIMIZE


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize(
    "tables",
    [
        "create table studies (id integer primary key, title text)",
        "create table studies (study_id integer); create table alembic_version (version text)",
        "create table students (id integer); create table alembic_version (version text)",
    ],
)
def test_tables_of_another_program_stay_as_they_are(
    tmp_path: Path, tables: str, create: bool
) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as database:
        database.executescript(tables)
    before = path.read_bytes()
    assert "is a database of something else, not of studies" in complaint(
        f"sqlite:///{path}", create
    )
    assert path.read_bytes() == before


def test_what_a_database_url_says_beside_the_file_is_understood_or_refused(tmp_path: Path) -> None:
    url = default_url(tmp_path)
    open_storage(url, create=True)
    for more in ("timeout=abc", "check_same_thread=perhaps", "detect_types=x"):
        assert complaint(f"{url}?{more}", create=False).startswith(f"storage {url}?{more}: ")


def test_a_database_lies_in_folders_whose_names_are_utf_8(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its name must be UTF-8, for a database lies there"):
        default_url(tmp_path / os.fsdecode(b"caf\xe9"))
