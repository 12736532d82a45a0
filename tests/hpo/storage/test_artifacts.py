"""Which artifact stores there are, and how one is named."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from optuna.artifacts import Boto3ArtifactStore, FileSystemArtifactStore

from data.errors import InputError
from hpo.storage.artifacts import ArtifactStore, Folder, open_store, resolve_store


@pytest.mark.parametrize("kind", [FileSystemArtifactStore, Boto3ArtifactStore, Folder])
def test_optunas_stores_are_such(kind: type[ArtifactStore]) -> None:
    for name in ("open_reader", "write", "remove"):
        ours, theirs = (inspect.signature(getattr(of, name)) for of in (ArtifactStore, kind))
        assert list(theirs.parameters) == list(ours.parameters)


@pytest.mark.parametrize("url", ["ftp://x", "s3://", "s3://bucket/team", "s3://bucket?a=b"])
def test_what_is_no_store_is_one_line(url: str) -> None:
    said = f"{url}: no artifact store; allowed are a folder and s3://BUCKET"
    for use in (open_store, resolve_store):
        with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
            use(url)


def test_a_store_is_meant_wherever_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    s3 = "s3://checkpoints"
    assert resolve_store("store") == str(tmp_path / "store")
    assert resolve_store(str(tmp_path)) == str(tmp_path)
    assert resolve_store(s3) == s3
    assert resolve_store(f"{s3}/") == f"{s3}/"
    assert list(tmp_path.iterdir()) == []
