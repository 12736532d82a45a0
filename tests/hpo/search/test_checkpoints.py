"""Checkpoints in a folder and in an S3 store of a real (local) server."""

from __future__ import annotations

import io
import logging
import time
from pathlib import Path
from threading import Thread, Timer

import boto3
import optuna
import pytest
from moto.server import ThreadedMotoServer
from optuna.artifacts.exceptions import ArtifactNotFound

import hpo.database.retrying
from hpo.database.opening import open_storage
from hpo.database.optuna_private import taken_up
from hpo.search.checkpoints import Checkpoints, clear_finished
from hpo.storage.artifacts import open_store
from hpo.storage.store_patience import PatientStore, StoreAway
from hpo.storage.studies import files_begin_with, open_study, stored_study
from hpo.storage.workspace import default_url
from hpo.study.file import load_study

WAITING = optuna.trial.TrialState.WAITING


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return str(tmp_path / "store")
    found: str = request.getfixturevalue("s3")
    return found


def worker(url: str, folder: Path, begin_with: str = "") -> Checkpoints:
    folder.mkdir(exist_ok=True)
    return Checkpoints(open_store(url), folder, begin_with)


def test_another_worker_finds_the_last_whole_checkpoint(url: str, tmp_path: Path) -> None:
    study = optuna.create_study(study_name="s")
    trial = study.ask()
    first, second = worker(url, tmp_path / "first"), worker(url, tmp_path / "second")
    first.fetch(trial, 0)
    assert not first.file(trial).exists()
    for epoch in range(3):
        first.file(trial).write_bytes(b"epoch %d" % epoch)
        first.keep(trial, epoch)
    # Killed while the fourth was on its way to the store.
    first.store.write("s-0-1", io.BytesIO(b"half of it"))
    taken = optuna.Trial(study, trial._trial_id)
    second.fetch(taken, 3)
    assert second.file(taken).read_bytes() == b"epoch 2"
    second.drop(taken)
    assert not second.file(taken).exists()
    for name in ("s-0-0", "s-0-1"):
        with pytest.raises(ArtifactNotFound):
            second.store.open_reader(name)


def test_where_the_store_is_not_shared_a_trial_starts_again_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trial = optuna.create_study(study_name="s").ask()
    first = worker(str(tmp_path / "one"), tmp_path / "first")
    first.file(trial).write_bytes(b"epoch 0")
    first.keep(trial, 0)
    second = worker(str(tmp_path / "other"), tmp_path / "second")
    with caplog.at_level(logging.WARNING):
        second.fetch(trial, 1)
    assert not second.file(trial).exists()
    assert "trial 0: its checkpoint is not in this store; it starts again" in caplog.text


def test_studies_of_one_name_in_two_databases_share_a_store(url: str, tmp_path: Path) -> None:
    for number in range(2):
        study = open_study(
            load_study("glyphs"), open_storage(default_url(tmp_path / str(number)), True)
        )
        one = worker(url, tmp_path / f"scratch-{number}", files_begin_with(study))
        trial = study.ask()
        one.file(trial).write_bytes(b"of study %d" % number)
        one.keep(trial, 0)
    for number in range(2):
        storage = open_storage(default_url(tmp_path / str(number)), create=False)
        study, _ = stored_study("glyphs", storage)
        one = worker(url, tmp_path / f"scratch-{number}", files_begin_with(study))
        trial = taken_up(study, study.trials[0])
        one.fetch(trial, 1)
        assert one.file(trial).read_bytes() == b"of study %d" % number


def test_an_older_study_keeps_the_names_of_its_files() -> None:
    assert files_begin_with(optuna.create_study(study_name="s")) == "s"


def test_a_folder_that_is_away_is_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.retrying, "SAY_AFTER", 0.1)
    trial = optuna.create_study(study_name="s").ask()
    store, away = tmp_path / "store", tmp_path / "away"
    one = worker(str(store), tmp_path / "scratch")
    one.file(trial).write_bytes(b"epoch 0")

    def hiccup() -> Thread:
        """Moves the store away until the log says so."""
        caplog.clear()
        store.rename(away)

        def move_back() -> None:
            deadline = time.monotonic() + 60
            while "does not answer" not in caplog.text and time.monotonic() < deadline:
                time.sleep(0.05)
            away.rename(store)

        back = Thread(target=move_back)
        back.start()
        return back

    for operation in (lambda: one.keep(trial, 0), lambda: one.fetch(trial, 1)):
        back = hiccup()
        operation()
        back.join()
        assert "the store of checkpoints answers again" in caplog.text
    assert one.file(trial).read_bytes() == b"epoch 0"
    back = hiccup()
    patient = PatientStore(one.store)
    patient.write("another", io.BytesIO(b"content"))
    back.join()
    assert not away.exists()  # it came back, and nothing was made in its place
    assert patient.open_reader("another").read() == b"content"
    with pytest.raises(ArtifactNotFound):  # an answer: nothing is waited for
        patient.open_reader("nothing")
    one.drop(trial)
    back = hiccup()
    one.drop(trial)  # that there is nothing left to remove is the store's answer
    back.join()
    assert caplog.text.count("does not answer") == caplog.text.count("answers again") == 1


def test_a_bucket_whose_server_is_away_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("NO_PROXY", "*")
    trial = optuna.create_study(study_name="s").ask()
    server = ThreadedMotoServer(port=free_port, verbose=False)
    server.start()
    boto3.client("s3").create_bucket(Bucket="later")
    server.stop()
    one = worker("s3://later", tmp_path / "scratch")
    one.file(trial).write_bytes(b"epoch 0")
    server = ThreadedMotoServer(port=free_port, verbose=False)
    back = Timer(1.5, server.start)
    back.start()
    one.keep(trial, 0)
    back.join()
    one.fetch(trial, 1)
    assert one.file(trial).read_bytes() == b"epoch 0"
    server.stop()


def test_a_store_that_stays_away_is_no_failure_of_the_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.retrying, "PATIENCE", 0.3)
    one = worker(str(tmp_path / "store"), tmp_path / "scratch")
    trial = optuna.create_study(study_name="s").ask()
    one.file(trial).write_bytes(b"epoch 0")
    (tmp_path / "store").rmdir()
    with pytest.raises(StoreAway, match=r"does not answer: .*; once it does, the same command"):
        one.keep(trial, 0)


def test_checkpoints_of_finished_trials_are_cleared_and_no_others(url: str, tmp_path: Path) -> None:
    """As those of workers that were killed between the study's being told and the removal."""
    storage = optuna.storages.InMemoryStorage()
    store = open_store(url)
    for name in ("short", "short-1"):
        study = optuna.create_study(study_name=name, storage=storage)
        study.add_trials([optuna.create_trial(value=0.5), optuna.create_trial(state=WAITING)])
        for number, epoch in ((0, 0), (0, 1), (1, 0), (2, 1)):
            store.write(f"{name}-{number}-{epoch}", io.BytesIO(b"checkpoint"))
    store.write("short-artifact", io.BytesIO(b"picture"))
    clear_finished(optuna.load_study(study_name="short", storage=storage), store)
    assert sorted(store.names("short")) == [
        *("short-1-0", "short-1-0-0", "short-1-0-1", "short-1-1-0", "short-1-2-1", "short-2-1"),
        "short-artifact",
    ]


def test_a_store_that_cannot_be_listed_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(str(tmp_path / "store"))
    (tmp_path / "store").rmdir()
    clear_finished(optuna.create_study(), store)
    assert "checkpoints of finished trials may stay in the store: " in caplog.text
