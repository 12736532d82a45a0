"""Where a data set comes from when no folder is given: the network, or glyphs instead."""

from __future__ import annotations

import hashlib
import shutil
import socket
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from torchvision.datasets import Omniglot

from data.collection import Collection
from data.errors import InputError
from data.sources.cache import cache_path
from data.sources.load import load_collection
from data.sources.omniglot import OmniglotUnavailable
from data.sources.omniglot_files import FINGERPRINTS


@pytest.fixture(autouse=True)
def _nothing_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache folder, no OMNIGLOT_ROOT, and no proxy between here and 127.0.0.1."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("OMNIGLOT_ROOT", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads are refused at once: nobody listens on this port."""
    monkeypatch.setattr(Omniglot, "download_url_prefix", "http://127.0.0.1:9/omniglot")


@pytest.fixture
def server(omniglot_root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    """The zips on a server of our own, which torchvision takes for Lake's."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(omniglot_root.resolve()))
    ) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(Omniglot, "download_url_prefix", url)
        yield server
        server.shutdown()


def test_download_and_then_the_cache(
    server: ThreadingHTTPServer,
    omniglot_root: Path,
    omniglot: Collection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(OmniglotUnavailable, match="corrupted"):  # not Lake's own zips
        load_collection("omniglot", None)
    sums = {
        name: hashlib.md5((omniglot_root / f"{name}.zip").read_bytes()).hexdigest()
        for name in FINGERPRINTS
    }
    monkeypatch.setattr(Omniglot, "zips_md5", sums)
    downloaded = load_collection("auto", None)
    assert downloaded.name == "omniglot"
    assert np.array_equal(downloaded.packed, omniglot.packed)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(Omniglot, "download_url_prefix", "http://127.0.0.1:9/omniglot")
    cached = load_collection("omniglot", None)
    assert np.array_equal(cached.packed, omniglot.packed)


@pytest.mark.usefixtures("offline")
def test_offline_auto_goes_on_with_glyphs_and_says_so(
    glyphs: Collection, cache_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache_path("omniglot").parent.mkdir(parents=True)
    shutil.copy(cache_folder / "siamese-hpo" / "glyphs.npz", cache_path("glyphs"))
    collection = load_collection("auto", None)
    assert collection.name == "glyphs"
    assert collection.fingerprint == glyphs.fingerprint
    said = capsys.readouterr()
    assert said.out == ""
    for words in ("NO OMNIGLOT", "results will be for glyphs", "--data-root", "OMNIGLOT_ROOT"):
        assert words in said.err


@pytest.mark.usefixtures("offline")
def test_offline_omniglot_fails_with_the_ways_out() -> None:
    with pytest.raises(OmniglotUnavailable, match=r"--data-root .* OMNIGLOT_ROOT") as raised:
        load_collection("omniglot", None)
    assert "\n" not in str(raised.value)


def test_a_silent_network_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.sources.download.TIMEOUT", 0.3)
    before = socket.getdefaulttimeout()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setattr(Omniglot, "download_url_prefix", f"http://127.0.0.1:{port}")
        start = time.monotonic()
        with pytest.raises(OmniglotUnavailable, match="timed out"):
            load_collection("omniglot", None)
        assert time.monotonic() - start < 5
    assert socket.getdefaulttimeout() == before


@pytest.mark.usefixtures("offline")
def test_a_forgotten_name_loads_no_other_data_set() -> None:
    with pytest.raises(AssertionError, match="forgotten"):
        load_collection("forgotten", None)


@pytest.mark.usefixtures("offline")
def test_a_wrong_folder_is_an_error_also_with_auto(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="no such folder"):
        load_collection("auto", tmp_path / "missing")
    monkeypatch.setenv("OMNIGLOT_ROOT", str(tmp_path))
    with pytest.raises(InputError, match="no Omniglot in this folder"):
        load_collection("auto", None)


@pytest.mark.usefixtures("offline")
def test_glyphs_by_name_need_nothing(
    glyphs: Collection,
    cache_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_folder))
    assert load_collection("glyphs", None).fingerprint == glyphs.fingerprint
    assert capsys.readouterr() == ("", "")
