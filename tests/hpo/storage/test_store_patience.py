"""Buckets that cannot be used, before a search and in the midst of one."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread, Timer

import boto3
import pytest
from moto.server import ThreadedMotoServer
from optuna.trial import FrozenTrial, TrialState
from short_search import CPU, config_with, opened

import hpo.database.retrying
from data.errors import InputError
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import Folder, open_store
from hpo.storage.store_patience import PatientStore, StoreAway, StoreRefuses, check_store
from model.training.epoch_report import EpochReport

DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


@pytest.fixture(autouse=True)
def no_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials but those of the test."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def moto(free_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    """A store with the bucket "mine", not started yet."""
    server = ThreadedMotoServer(port=free_port, verbose=False)
    signed_in(monkeypatch, free_port)
    yield server
    server.stop()


def signed_in(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, bytes]]]:
    """What a server answers to everything: status and content."""
    answer = [(403, DENIED)]

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = answer[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    signed_in(monkeypatch, server.server_port)
    yield answer
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "there are no credentials; boto3 takes them from AWS_ACCESS_KEY_ID and "),
        ({"AWS_ACCESS_KEY_ID": "a"}, "Partial credentials found in env, missing: "),
        ({"AWS_PROFILE": "nosuch"}, "The config profile (nosuch) could not be found"),
        ({"AWS_ENDPOINT_URL": "nonsense"}, "Invalid endpoint: nonsense"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:99999"}, "Custom endpoint "),
    ],
)
def test_what_is_wrong_with_a_bucket_is_one_line(
    environment: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if environment.get("AWS_ENDPOINT_URL", "").startswith("http:"):
        signed_in(monkeypatch, 1)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=f"^s3://mine: cannot be used: {re.escape(why)}") as caught:
        check_store("s3://mine")
    assert len(str(caught.value).splitlines()) == 1


def test_a_bucket_that_is_not_there_is_one_line(moto: ThreadedMotoServer) -> None:
    moto.start()
    with pytest.raises(InputError, match=r"^s3://mine: cannot be used: there is no such bucket$"):
        check_store("s3://mine")
    boto3.client("s3").create_bucket(Bucket="mine")
    check_store("s3://mine")


@pytest.mark.parametrize(
    ("status", "content", "why"),
    [
        (403, DENIED, "these credentials do not allow it"),
        (403, DENIED.replace(b"AccessDenied", b"Expired"), "An error occurred (Expired) when"),
        (404, b"<html><p>not here", "An error occurred (404) when"),
    ],
)
def test_a_server_that_lets_nobody_in_is_one_line(
    status: int, content: bytes, why: str, answering: list[tuple[int, bytes]]
) -> None:
    answering[0] = status, content
    with pytest.raises(InputError, match=f"^s3://mine: cannot be used: {re.escape(why)}"):
        check_store("s3://mine")


def test_a_bucket_that_does_not_answer_is_waited_for(
    moto: ThreadedMotoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    moto.start()
    boto3.client("s3").create_bucket(Bucket="mine")
    moto.stop()
    back = Timer(1.0, moto.start)
    back.start()
    check_store("s3://mine")
    back.join()
    moto.stop()
    monkeypatch.setattr(hpo.database.retrying, "PATIENCE", 0.3)
    with pytest.raises(StoreAway, match=r"does not answer: .*/mine.*; once it does, the same"):
        check_store("s3://mine")
    moto.start()  # for its end


def test_a_bucket_that_is_removed_while_a_search_runs_fails_no_trial(
    moto: ThreadedMotoServer, data: SearchData, tmp_path: Path
) -> None:
    moto.start()
    client = boto3.client("s3")
    client.create_bucket(Bucket="mine")
    config = config_with(trials=1)
    study, checkpoints = opened(config, tmp_path), Checkpoints(open_store("s3://mine"), tmp_path)

    class Losing(Progress):
        def epoch_done(self, report: EpochReport) -> None:
            if report.epoch == 1:
                for each in client.list_objects_v2(Bucket="mine")["Contents"]:
                    client.delete_object(Bucket="mine", Key=each["Key"])
                client.delete_bucket(Bucket="mine")

    said = r"^s3://mine, the store of checkpoints, cannot be used: there is no such bucket; once"
    with pytest.raises(StoreRefuses, match=said):
        search(study, Objective(config, data, CPU, checkpoints, Losing("test", 1)))
    assert states(study.trials)[TrialState.WAITING] == 1
    client.create_bucket(Bucket="mine")
    search(study, Objective(config, data, CPU, checkpoints, Progress("test", 1)))
    assert states(study.trials)[TrialState.WAITING] == states(study.trials)[TrialState.FAIL] == 0


def test_a_folder_that_may_not_be_written_to_any_more_fails_no_trial(
    data: SearchData, tmp_path: Path
) -> None:
    class Locked(Folder):
        def move(self, name: str, file: Path) -> bool:
            raise PermissionError(errno.EACCES, "", str(self.path / name))

    config, folder = config_with(trials=1), tmp_path / "store"
    folder.mkdir()
    study = opened(config, tmp_path)
    objective = Objective(
        config, data, CPU, Checkpoints(Locked(folder), tmp_path), Progress("test", 1)
    )
    with pytest.raises(StoreRefuses, match=r"store/glyphs-\d+-0: permission denied; once it can"):
        search(study, objective)
    assert states(study.trials)[TrialState.WAITING] == 1


def states(trials: list[FrozenTrial]) -> dict[TrialState, int]:
    return {state: sum(trial.state is state for trial in trials) for state in TrialState}


def test_what_a_search_does_itself_is_no_fault_of_its_store(tmp_path: Path) -> None:
    patient = PatientStore(open_store(str(tmp_path / "store")))

    def wrong() -> None:
        raise ValueError("of the caller")

    with pytest.raises(ValueError, match="of the caller"):
        patient.ask(wrong)
    patient.write("name", io.BytesIO(b"content"))
    shutil.rmtree(tmp_path / "store")
