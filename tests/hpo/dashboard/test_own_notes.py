"""What someone writes in the dashboard while a note is being renewed stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import optuna
import optuna_dashboard
import pytest
from tiny_network import TINY

import hpo.dashboard.notes
import hpo.database.swap
from data.sources.glyphs import make_glyphs
from hpo.dashboard.notes import OWN, save_study_note, save_trial_note
from hpo.database.note_store import read_note, replace_note
from hpo.database.opening import open_storage
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from model.training.epoch_report import EpochReport

LONG = "My own words. " * 400


@pytest.fixture
def config() -> StudyConfig:
    return load_study("glyphs")


@pytest.fixture(params=["sqlite", "postgres", "memory"])
def study(
    request: pytest.FixtureRequest,
    config: StudyConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> optuna.Study:
    """A study in a database, and in what only has Optuna's own operations, as a proxy does."""
    monkeypatch.setattr(hpo.dashboard.notes, "SETTLED", 0.05)
    if request.param == "memory":
        monkeypatch.setattr(hpo.database.swap, "SETTLE", 0)
        return open_study(config, optuna.storages.InMemoryStorage())
    sqlite = request.param == "sqlite"
    url = default_url(tmp_path) if sqlite else request.getfixturevalue("postgres")
    return open_study(config, open_storage(url, create=True))


def meanwhile(monkeypatch: pytest.MonkeyPatch, what: str, done: Any) -> None:  # noqa: ANN401
    """Something is done while a note is put together."""
    original = getattr(hpo.dashboard.notes, what)

    def slow(*args: Any) -> Any:  # noqa: ANN401
        found = original(*args)
        done()
        return found

    monkeypatch.setattr(hpo.dashboard.notes, what, slow)


def test_what_is_saved_while_the_note_is_put_together_stays(
    study: optuna.Study, config: StudyConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_study_note(study, config)
    note = optuna_dashboard.get_note(study)
    with monkeypatch.context() as patch:
        meanwhile(patch, "study_note", lambda: optuna_dashboard.save_note(study, note + LONG))
        save_study_note(study, config)
    assert optuna_dashboard.get_note(study) == note + LONG
    study.set_user_attr("fingerprint", "f" * 64)
    save_study_note(study, config)
    renewed = optuna_dashboard.get_note(study)
    assert renewed != note + LONG
    assert renewed.endswith(OWN + LONG)


def test_a_note_without_the_line_is_kept_below_it(study: optuna.Study, config: StudyConfig) -> None:
    for own in (LONG, "# My study\n\nAll mine."):
        optuna_dashboard.save_note(study, own)
        save_study_note(study, config)
        assert optuna_dashboard.get_note(study).endswith(OWN + own)
    optuna_dashboard.save_note(study, "")
    save_study_note(study, config)
    assert optuna_dashboard.get_note(study).endswith(OWN)
    # An editor may leave no line end behind it.
    optuna_dashboard.save_note(study, optuna_dashboard.get_note(study).rstrip("\n"))
    save_study_note(study, config)
    assert optuna_dashboard.get_note(study).count(OWN) == 1


def test_a_note_on_a_trial_that_runs_stays(
    study: optuna.Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    characters = make_glyphs().characters(["Glyphs_31"], [13, 14], 14)
    report = EpochReport(0, 0.1, 0.8, 0.02, 0, 0.8, 0.02, 1.0, 100.0)
    trial = study.ask()

    def save() -> None:
        save_trial_note(trial, TINY, [report], {}, stopped=False, characters=characters)

    optuna_dashboard.save_note(trial, "Odd.")
    save()
    first = optuna_dashboard.get_note(trial)
    assert first.endswith(OWN + "Odd.")
    with monkeypatch.context() as patch:
        meanwhile(patch, "trial_note", lambda: optuna_dashboard.save_note(trial, first + LONG))
        save()
    assert optuna_dashboard.get_note(trial) == first + LONG
    assert read_note(study).text == ""


@pytest.mark.parametrize("study", ["memory"], indirect=True)
def test_where_all_notes_are_read_at_once_a_trial_asks_for_them_once(
    study: optuna.Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is behind a proxy: what it sends grows with the trials."""
    characters = make_glyphs().characters(["Glyphs_31"], [13, 14], 14)
    report = EpochReport(0, 0.1, 0.8, 0.02, 0, 0.8, 0.02, 1.0, 100.0)
    storage = optuna.storages.InMemoryStorage
    original, reads = storage.get_study_system_attrs, []

    def counted(self: optuna.storages.InMemoryStorage, study_id: int) -> dict[str, Any]:
        reads.append(study_id)
        return original(self, study_id)

    trial = study.ask()
    with monkeypatch.context() as patch:
        patch.setattr(storage, "get_study_system_attrs", counted)
        save_trial_note(trial, TINY, [report], {}, stopped=False, characters=characters)
    assert len(reads) == 1
    assert optuna_dashboard.get_note(trial).endswith(OWN)


def test_only_what_is_still_the_same_is_replaced(study: optuna.Study) -> None:
    nothing = read_note(study)
    assert replace_note(study, nothing, LONG)
    assert not replace_note(study, nothing, "other")
    before = read_note(study)
    # The dashboard writes a version, and then part after part.
    key = "dashboard:note_str:0"
    study._storage.set_study_system_attr(study._study_id, key, "changed")
    assert not replace_note(study, before, "other")
    assert read_note(study).version == before.version
    assert replace_note(study, read_note(study), "other")
    assert optuna_dashboard.get_note(study) == "other"


def test_a_deleted_study_gets_no_note(study: optuna.Study) -> None:
    nothing = read_note(study)
    optuna.delete_study(study_name=study.study_name, storage=study._storage)
    with pytest.raises(KeyError):
        read_note(study)
    with pytest.raises(KeyError):
        replace_note(study, nothing, LONG)
    again = optuna.create_study(study_name="again", storage=study._storage)
    assert optuna_dashboard.get_note(again) == ""


@pytest.mark.parametrize("study", ["sqlite", "postgres"], indirect=True)
def test_of_many_who_renew_it_at_one_moment_nobody_loses_a_word(
    study: optuna.Study, config: StudyConfig
) -> None:
    save_study_note(study, config)
    optuna_dashboard.save_note(study, optuna_dashboard.get_note(study) + LONG)

    def renew(length: int) -> None:
        changed = config.model_copy(update={"description": "x" * length})
        save_study_note(study, changed)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(renew, [0, 1500, 300, 2100] * 4))
    assert optuna_dashboard.get_note(study).partition(OWN)[2] == LONG
