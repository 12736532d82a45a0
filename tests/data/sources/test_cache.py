"""The cache: whatever is wrong with its file, it counts as none, and is never other pictures."""

from __future__ import annotations

import random
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from data.collection import DRAWERS, PACKED_BYTES
from data.sources.cache import cache_path, read_cache, write_cache

PICTURES: NDArray[np.uint8] = np.random.default_rng(0).integers(
    0, 256, (3, DRAWERS, PACKED_BYTES), np.uint8
)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return cache_path("glyphs")


def test_what_is_written_is_read_if_it_is_of_the_same_origin(own_cache: Path) -> None:
    assert read_cache("glyphs", None) is None
    write_cache("glyphs", "generator 1", PICTURES)
    for origin in ("generator 1", None):
        stored = read_cache("glyphs", origin)
        assert stored is not None
        assert np.array_equal(stored, PICTURES)
    assert read_cache("glyphs", "generator 2") is None
    assert list(own_cache.parent.iterdir()) == [own_cache]


def test_no_damage_is_an_error_or_goes_unseen(own_cache: Path) -> None:
    write_cache("glyphs", "generator", PICTURES)
    intact = own_cache.read_bytes()
    size, pictures = len(intact), PICTURES.nbytes
    # All that the headers before and behind the pictures hold, and some of the pictures.
    where = [*range(300), *range(pictures + 100, size)]
    where += random.Random(0).sample(range(300, pictures), 200)
    refused = 0
    for position in where:
        for bit in (0, 3, 5, 7):
            damaged = bytearray(intact)
            damaged[position] ^= 1 << bit
            own_cache.write_bytes(damaged)
            with warnings.catch_warnings(action="ignore"):  # NumPy's, of headers that look old
                stored = read_cache("glyphs", "generator")
            assert stored is None or np.array_equal(stored, PICTURES), (position, bit)
            refused += stored is None
    assert refused > 2 * len(where)


def test_fewer_characters_in_the_header_are_damage(own_cache: Path) -> None:
    write_cache("glyphs", "generator", PICTURES)
    intact = own_cache.read_bytes()
    assert intact.count(b"(3, 20,") == 1
    own_cache.write_bytes(intact.replace(b"(3, 20,", b"(2, 20,"))
    assert read_cache("glyphs", "generator") is None


def test_a_truncated_file_is_none(own_cache: Path) -> None:
    write_cache("glyphs", "generator", PICTURES)
    intact = own_cache.read_bytes()
    for length in (0, 10, 100, len(intact) // 2, len(intact) - 1):
        own_cache.write_bytes(intact[:length])
        assert read_cache("glyphs", "generator") is None


@pytest.mark.parametrize("wrong", [PICTURES.astype(np.int16), PICTURES[:, :19], PICTURES[..., :9]])
def test_arrays_of_another_form_are_refused(own_cache: Path, wrong: NDArray[np.uint8]) -> None:
    write_cache("glyphs", "generator", wrong)
    assert own_cache.exists()
    assert read_cache("glyphs", "generator") is None


def test_a_folder_that_takes_no_cache_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    for _ in range(2):
        write_cache("glyphs", "here", np.zeros((2, 20, PACKED_BYTES), np.uint8))
        (line,) = capsys.readouterr().err.splitlines()
        path = tmp_path / "file" / "siamese-hpo" / "glyphs.npz"
        assert line == f"no cache, so every start is slower: {path}: Not a directory"
