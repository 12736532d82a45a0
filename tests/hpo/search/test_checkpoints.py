"""Checkpoints in a folder and in an S3 store of a real (local) server."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import boto3
import optuna
import pytest
from moto.server import ThreadedMotoServer
from optuna.artifacts.exceptions import ArtifactNotFound

from hpo.search.checkpoints import Checkpoints
from hpo.storage.artifacts import open_store


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The URL of an empty bucket."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("NO_PROXY", "*")
        boto3.client("s3").create_bucket(Bucket="checkpoints")
        yield "s3://checkpoints"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return str(tmp_path / "store")
    found: str = request.getfixturevalue("s3")
    return found


def worker(url: str, folder: Path) -> Checkpoints:
    folder.mkdir(exist_ok=True)
    return Checkpoints(open_store(url), folder)


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
