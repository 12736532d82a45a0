"""Omniglot from zips and the cache: verified, kept, and what is wrong named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import numpy as np
import pytest

from data.collection import Collection
from data.errors import InputError
from data.sources.cache import cache_path
from data.sources.omniglot import OmniglotUnavailable, load_omniglot
from data.sources.omniglot_files import (
    BACKGROUND,
    EVALUATION,
    FINGERPRINTS,
    fingerprint,
    picture_names,
)

GREEK = f"{BACKGROUND}/Greek/character07/0400_13.png"
ULOG = f"{EVALUATION}/ULOG/character26/1623_13.png"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and no OMNIGLOT_ROOT."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("OMNIGLOT_ROOT", raising=False)
    return cache_path("omniglot")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads are refused at once: nobody listens on this port."""
    monkeypatch.setattr(
        "torchvision.datasets.Omniglot.download_url_prefix", "http://127.0.0.1:9/omniglot"
    )


def test_content_is_omniglots(omniglot: Collection) -> None:
    assert omniglot.packed.shape == (1623, 20, 1379)
    background = sum(name.partition("/")[0] in omniglot.background for name in omniglot.names)
    assert background == 964
    for set_name, part in (
        (BACKGROUND, omniglot.packed[:964]),
        (EVALUATION, omniglot.packed[964:]),
    ):
        pictures = part.reshape(-1, 1379).copy()
        names = picture_names(set_name)
        assert fingerprint(names, pictures) == FINGERPRINTS[set_name]
        pictures[-1, 700] ^= 1
        assert fingerprint(names, pictures) != FINGERPRINTS[set_name]


def test_order_of_alphabets_and_characters(omniglot: Collection) -> None:
    assert len(omniglot.background) == 30
    assert len(omniglot.evaluation) == 20
    assert list(omniglot.background) == sorted(omniglot.background)
    assert list(omniglot.evaluation) == sorted(omniglot.evaluation)
    in_order = dict.fromkeys(name.partition("/")[0] for name in omniglot.names)
    assert tuple(in_order) == omniglot.background + omniglot.evaluation
    assert omniglot.names[:2] == (
        "Alphabet_of_the_Magi/character01",
        "Alphabet_of_the_Magi/character02",
    )
    assert omniglot.names[-1] == "ULOG/character26"


def test_unchanged_source_is_not_read_again_and_a_changed_one_is(
    own_cache: Path, zips: Path, omniglot: Collection
) -> None:
    load_omniglot(zips)
    written = own_cache.stat()
    damaged = zips / "omniglot-py" / f"{BACKGROUND}.zip"
    before = damaged.stat()
    intact = damaged.read_bytes()
    damaged.write_bytes(bytes(len(intact)))  # only reading it would tell
    os.utime(damaged, ns=(before.st_atime_ns, before.st_mtime_ns))
    again = load_omniglot(zips)
    assert np.array_equal(again.packed, omniglot.packed)
    assert own_cache.stat().st_ino == written.st_ino

    damaged.write_bytes(intact)
    altered = zips / "omniglot-py" / f"{EVALUATION}.zip"
    with ZipFile(altered, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(ULOG, archive.read(ULOG.replace("_13", "_14")))
    with pytest.raises(InputError, match="altered") as raised:
        load_omniglot(zips)
    assert ULOG in str(raised.value)
    assert str(altered) in str(raised.value)
    assert own_cache.stat().st_ino == written.st_ino


@pytest.mark.usefixtures("offline")
def test_cache_is_enough_unless_damaged(
    own_cache: Path, cache_folder: Path, omniglot_root: Path, omniglot: Collection
) -> None:
    own_cache.parent.mkdir(parents=True)
    shutil.copy(cache_folder / "siamese-hpo" / own_cache.name, own_cache)
    cached = load_omniglot(None)
    assert np.array_equal(cached.packed, omniglot.packed)
    assert cached.fingerprint == omniglot.fingerprint

    content = bytearray(own_cache.read_bytes())
    content[len(content) // 2] ^= 1
    own_cache.write_bytes(content)
    with pytest.raises(OmniglotUnavailable):
        load_omniglot(None)
    assert np.array_equal(load_omniglot(omniglot_root).packed, omniglot.packed)
    assert np.array_equal(load_omniglot(None).packed, omniglot.packed)
    assert sorted(own_cache.parent.iterdir()) == [own_cache]


def test_without_a_writable_cache_folder_there_is_one_line(
    tmp_path: Path,
    omniglot_root: Path,
    omniglot: Collection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    loaded = load_omniglot(omniglot_root)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"no cache, so every start is slower: {tmp_path / 'file'}")
    assert line.endswith("Not a directory")
    assert np.array_equal(loaded.packed, omniglot.packed)


def repacked(path: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> None:
    """Packs a zip again with other names or contents."""
    with ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with ZipFile(path, "w") as archive:
        for name, content in members:
            name, content = change(name, content)
            info = ZipInfo("x")
            info.filename = name  # as it is: ZipInfo itself would end it at a zero byte
            archive.writestr(info, content)


@pytest.mark.usefixtures("own_cache")
def test_zips_with_backslashes(zips: Path, omniglot: Collection) -> None:
    """As PowerShell makes them; folders in folders of their names too."""
    background = zips / "omniglot-py" / f"{BACKGROUND}.zip"
    repacked(background, lambda name, content: (name.replace("/", "\\"), content))
    evaluation = zips / "omniglot-py" / f"{EVALUATION}.zip"
    repacked(evaluation, lambda name, content: (f"{EVALUATION}\\{name}", content))
    assert np.array_equal(load_omniglot(zips).packed, omniglot.packed)


@pytest.mark.usefixtures("own_cache")
def test_a_zip_of_a_very_large_picture_is_named(zips: Path) -> None:
    path = zips / "omniglot-py" / f"{BACKGROUND}.zip"
    repacked(path, lambda name, content: (name, content + bytes(10**8 * (name == GREEK))))
    with pytest.raises(InputError, match=f"{GREEK}: damaged .* larger than any picture"):
        load_omniglot(zips)


@pytest.mark.usefixtures("own_cache")
def test_truncated_zip_is_named(zips: Path) -> None:
    path = zips / "omniglot-py" / f"{BACKGROUND}.zip"
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(InputError, match="truncated zip") as raised:
        load_omniglot(zips)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("own_cache")
def test_zip_damaged_in_the_middle_is_named_with_the_picture(zips: Path) -> None:
    path = zips / "omniglot-py" / f"{BACKGROUND}.zip"
    with ZipFile(path) as archive:
        info = archive.getinfo(GREEK)
    content = bytearray(path.read_bytes())
    content[info.header_offset + 30 + len(GREEK) + info.compress_size // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged") as raised:
        load_omniglot(zips)
    assert str(path) in str(raised.value)
    assert GREEK in str(raised.value)


@pytest.mark.usefixtures("own_cache")
def test_wrong_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, file = tmp_path / "empty", tmp_path / "file"
    empty.mkdir()
    file.touch()
    for root, complaint in (
        (tmp_path / "missing", "no such folder"),
        (file, "not a folder"),
        (empty, "neither images_background.zip nor a folder images_background"),
    ):
        with pytest.raises(InputError, match=complaint) as given:
            load_omniglot(root)
        assert f"data root {root}: " in str(given.value)
        monkeypatch.setenv("OMNIGLOT_ROOT", str(root))
        with pytest.raises(InputError, match=complaint) as found:
            load_omniglot(None)
        assert f"OMNIGLOT_ROOT {root}: " in str(found.value)
        assert not isinstance(found.value, OmniglotUnavailable)
    (empty / f"{BACKGROUND}.zip").touch()
    with pytest.raises(InputError, match="neither images_evaluation"):
        load_omniglot(empty)
