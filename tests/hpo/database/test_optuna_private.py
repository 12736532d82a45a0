"""Optuna's private surface: each piece and its signature, and one room that uses it.

What fails here after an upgrade of Optuna is to be mended in `hpo/database/`.
"""

from __future__ import annotations

import inspect
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import optuna
import optuna_dashboard._custom_plot_data
import optuna_dashboard._note
import pytest
from grpc import RpcError, insecure_channel
from optuna.artifacts import ArtifactMeta, FileSystemArtifactStore
from optuna.storages import BaseStorage, GrpcStorageProxy, RDBStorage, get_storage
from optuna.storages._cached_storage import _CachedStorage
from optuna.storages._rdb import models
from optuna.trial import FrozenTrial, TrialState
from plotly.graph_objects import Figure
from sqlalchemy import Enum, Table

import hpo.database.note_store
from hpo.database.note_store import read_note, replace_note
from hpo.database.opening import open_storage
from hpo.database.optuna_private import (
    STUDIES,
    STUDY_ATTRIBUTES,
    SYSTEM_ATTRIBUTES,
    TRIAL_ATTRIBUTES,
    TRIALS,
    artifact_path,
    limit_calls,
    new_trial,
    set_state,
    storage_of,
    stored,
    study_id,
    taken_up,
    trial_id,
    use_channel,
    was_enqueued,
)
from hpo.database.plot_store import write_plot
from hpo.database.retrying import is_away
from hpo.database.waiting_storage import WaitingStorage
from hpo.storage.artifacts import ArtifactStore
from hpo.storage.workspace import default_url

PROJECT = Path(__file__).parents[3]
PRIVATE = re.compile(
    r"optuna[a-z_.]*\._[a-z]|\._(trial_id|study_id|storage|backend)\b|_note import|get_storage"
)


@pytest.fixture
def study(tmp_path: Path) -> Iterator[optuna.Study]:
    storage = open_storage(default_url(tmp_path), create=True)
    yield optuna.create_study(storage=storage, study_name="s")
    assert storage.database is not None
    storage.database.engine.dispose()


@pytest.mark.parametrize(
    ("piece", "parameters"),
    [
        (optuna.Trial, "study trial_id"),
        (get_storage, "storage"),
        (BaseStorage.create_new_study, "self directions study_name"),
        (BaseStorage.delete_study, "self study_id"),
        (BaseStorage.set_study_user_attr, "self study_id key value"),
        (BaseStorage.set_study_system_attr, "self study_id key value"),
        (BaseStorage.get_study_id_from_name, "self study_name"),
        (BaseStorage.get_study_name_from_id, "self study_id"),
        (BaseStorage.get_study_directions, "self study_id"),
        (BaseStorage.get_study_user_attrs, "self study_id"),
        (BaseStorage.get_study_system_attrs, "self study_id"),
        (BaseStorage.get_all_studies, "self"),
        (BaseStorage.create_new_trial, "self study_id template_trial"),
        (
            BaseStorage.set_trial_param,
            "self trial_id param_name param_value_internal distribution",
        ),
        (BaseStorage.get_trial_id_from_study_id_trial_number, "self study_id trial_number"),
        (BaseStorage.set_trial_state_values, "self trial_id state values"),
        (BaseStorage.set_trial_intermediate_value, "self trial_id step intermediate_value"),
        (BaseStorage.set_trial_user_attr, "self trial_id key value"),
        (BaseStorage.set_trial_system_attr, "self trial_id key value"),
        (BaseStorage.get_trial, "self trial_id"),
        (BaseStorage.get_all_trials, "self study_id deepcopy states"),
        (BaseStorage.get_best_trial, "self study_id"),
        (BaseStorage.remove_session, "self"),
        (
            RDBStorage._set_trial_param_without_commit,
            "self session trial_id param_name param_value_internal distribution"
            " previous_distribution",
        ),
        (RDBStorage._create_new_trial, "self study_id template_trial"),
        (RDBStorage._get_prepared_new_trial, "self study_id template_trial session"),
        (RDBStorage._build_frozen_trial_from_trial_model, "self trial"),
    ],
)
def test_a_piece_is_called_as_ever(piece: Callable[..., object], parameters: str) -> None:
    assert " ".join(inspect.signature(piece).parameters) == parameters
    ours = vars(WaitingStorage).get(piece.__name__)
    if ours is not None:
        assert " ".join(inspect.signature(ours).parameters) == parameters


@pytest.mark.parametrize("kind", [_CachedStorage, GrpcStorageProxy])
def test_all_that_a_storage_does_in_its_own_way_is_waited_for(kind: type[BaseStorage]) -> None:
    own = {name for name in vars(kind) if not name.startswith("_") and hasattr(BaseStorage, name)}
    assert BaseStorage.__abstractmethods__ <= own <= vars(WaitingStorage).keys()


def test_a_study_and_a_trial_tell_what_their_storage_calls_them(study: optuna.Study) -> None:
    storage = storage_of(study)
    assert isinstance(storage, WaitingStorage)
    assert storage.get_study_id_from_name("s") == study_id(study)
    trial = study.ask()
    assert trial_id(trial) == trial_id(study.trials[0])
    assert storage.get_trial(trial_id(trial)).number == trial.number


def test_a_trial_is_made_in_a_state_and_with_attributes_and_is_taken_up(
    study: optuna.Study,
) -> None:
    template = optuna.create_trial(state=TrialState.RUNNING, user_attrs={"worker": "me"})
    trial = new_trial(study, template)
    trial.report(0.5, 1)
    (found,) = study.trials
    assert (found.state, found.user_attrs) == (TrialState.RUNNING, {"worker": "me"})
    assert set_state(study, found, TrialState.WAITING)
    assert set_state(study, found, TrialState.RUNNING)
    assert not set_state(study, found, TrialState.RUNNING)
    again = taken_up(study, found)
    assert (again.number, again.user_attrs) == (0, {"worker": "me"})
    assert stored(study, again).intermediate_values == {1: 0.5}
    study.tell(again, 1.0)
    with pytest.raises(optuna.exceptions.UpdateFinishedTrialError):
        set_state(study, found, TrialState.RUNNING)


def test_the_tables_that_sql_is_written_for() -> None:
    for ours, model in (
        (TRIALS, models.TrialModel),
        (TRIAL_ATTRIBUTES, models.TrialUserAttributeModel),
        (STUDY_ATTRIBUTES, models.StudyUserAttributeModel),
        (STUDIES, models.StudyModel),
        (SYSTEM_ATTRIBUTES, models.StudySystemAttributeModel),
    ):
        theirs = model.__table__
        assert isinstance(theirs, Table)
        assert ours.name == theirs.name
        for column in ours.columns:
            assert isinstance(theirs.c[column.name].type, type(column.type))
    state, expected = TRIALS.c.state.type, models.TrialModel.__table__.c.state.type
    assert isinstance(state, Enum)
    assert isinstance(expected, Enum)
    assert (state.name, state.enums) == (expected.name, expected.enums)


def test_a_call_of_the_proxy_has_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = GrpcStorageProxy(host="127.0.0.1", port=silent.getsockname()[1])
        limit_calls(proxy, 0.3)
        start = time.monotonic()
        with pytest.raises(RpcError) as caught:
            proxy.get_all_studies()
        assert 0.2 < time.monotonic() - start < 3
        assert is_away(caught.value)
        proxy.close()


def test_the_proxy_is_asked_by_way_of_a_channel_that_it_is_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = GrpcStorageProxy(host="nowhere.invalid", port=1)
        use_channel(proxy, insecure_channel(f"127.0.0.1:{silent.getsockname()[1]}"))
        limit_calls(proxy, 0.3)
        for call in (proxy.get_all_studies, lambda: proxy.get_all_trials(1)):  # by its cache
            with pytest.raises(RpcError) as caught:
                call()
            assert is_away(caught.value)
        assert silent.accept()
        proxy.close()


def test_notes_are_where_the_dashboard_looks_for_them(study: optuna.Study) -> None:
    text = "a note of several parts " * 300
    trial = study.ask()
    assert replace_note(study, read_note(study), text)
    assert replace_note(trial, read_note(trial), text)
    attributes = storage_of(study).get_study_system_attrs(study_id(study))
    for owner in (None, trial_id(trial)):
        assert optuna_dashboard._note.get_note_from_system_attrs(attributes, owner) == {
            "version": 1,
            "body": text,
        }
    assert hpo.database.note_store.LONGEST == optuna_dashboard._note.SYSTEM_ATTR_MAX_LENGTH
    optuna_dashboard.save_note(study, "another")
    assert read_note(study)[:2] == ("another", 2)


def test_plots_are_where_the_dashboard_looks_for_them(study: optuna.Study) -> None:
    long, short = Figure(layout={"title": "long " * 2000}), Figure(layout={"title": "short"})
    for figure in (long, short):
        write_plot(study, "a-plot", figure)
        attributes = storage_of(study).get_study_system_attrs(study_id(study))
        shown = optuna_dashboard._custom_plot_data.get_plotly_graph_objects(attributes)
        assert shown == {"a-plot": figure.to_json()}
    written = {key: value for key, value in attributes.items() if value}
    optuna_dashboard.save_plotly_graph_object(study, short, graph_object_id="a-plot")
    attributes = storage_of(study).get_study_system_attrs(study_id(study))
    assert {key: value for key, value in attributes.items() if value} == written


def test_an_artifact_is_served_where_notes_say(study: optuna.Study, tmp_path: Path) -> None:
    folder = tmp_path / "artifacts"
    folder.mkdir()
    store: ArtifactStore = FileSystemArtifactStore(folder)
    (tmp_path / "a.svg").write_text("<svg/>")
    trial = study.ask()
    kept = optuna.artifacts.upload_artifact(
        artifact_store=store, file_path=str(tmp_path / "a.svg"), study_or_trial=trial
    )
    meta = ArtifactMeta(kept, "a.svg", "image/svg+xml", None)
    assert optuna.artifacts.get_all_artifact_meta(trial) == [meta]
    app = optuna_dashboard.wsgi(storage_of(study), store)
    request: dict[str, Any] = {"PATH_INFO": artifact_path(trial, kept)}
    setup_testing_defaults(request)
    assert b"".join(app(request, lambda *_: None)) == b"<svg/>"


def test_no_other_room_uses_what_is_private_of_optuna() -> None:
    files = [PROJECT / "run_study.py"]
    for package in ("benchmarks", "data", "hpo", "model"):
        files += (PROJECT / package).rglob("*.py")
    outside = [file for file in files if PROJECT / "hpo" / "database" not in file.parents]
    assert len(outside) > 100
    found = [
        f"{file.relative_to(PROJECT)}:{number}: {line.strip()}"
        for file in outside
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if PRIVATE.search(line)
    ]
    assert found == []
    assert PRIVATE.search((PROJECT / "hpo" / "database" / "optuna_private.py").read_text())


def test_a_frozen_trial_is_known_by_the_same_name(study: optuna.Study) -> None:
    study.enqueue_trial({"x": 1})
    (waiting,) = study.trials
    assert isinstance(waiting, FrozenTrial)
    assert trial_id(taken_up(study, waiting)) == trial_id(waiting)


def test_a_trial_tells_whether_it_was_enqueued(study: optuna.Study) -> None:
    study.enqueue_trial({"x": 1})
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    assert [was_enqueued(trial) for trial in study.trials] == [True, False]
