"""The glyphs: the same everywhere, and shaped like Omniglot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.collection import Collection
from data.sources.cache import cache_path, write_cache
from data.sources.glyphs import make_glyphs


def test_made_anew_they_are_the_same(
    glyphs: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    write_cache("glyphs", "another generator", np.zeros_like(glyphs.packed))
    again = make_glyphs()
    assert np.array_equal(again.packed, glyphs.packed)
    assert again.fingerprint == glyphs.fingerprint
    assert again.names == glyphs.names
    assert again.runs == glyphs.runs
    kept = cache_path("glyphs").stat()
    assert make_glyphs().fingerprint == glyphs.fingerprint
    assert cache_path("glyphs").stat().st_ino == kept.st_ino


def test_alphabets_and_runs(glyphs: Collection) -> None:
    assert glyphs.name == "glyphs"
    assert len(glyphs.background) == 30
    assert len(glyphs.evaluation) == 20
    assert not set(glyphs.background) & set(glyphs.evaluation)
    counts = {
        alphabet: sum(name.startswith(f"{alphabet}/") for name in glyphs.names)
        for alphabet in glyphs.background + glyphs.evaluation
    }
    assert sum(counts.values()) == len(glyphs.names) == len(glyphs.packed)
    assert all(20 <= count <= 28 for count in counts.values())
    assert len(set(glyphs.names)) == len(glyphs.names)

    assert len(glyphs.runs) == 20
    tested = [run.alphabet for run in glyphs.runs]
    assert set(tested) == set(glyphs.evaluation[10:])
    assert all(tested.count(alphabet) == 2 for alphabet in tested)
    for first, second in zip(glyphs.runs[::2], glyphs.runs[1::2], strict=True):
        drawers = {run.support_drawer for run in (first, second)}
        drawers |= {run.query_drawer for run in (first, second)}
        assert len(drawers) == 4
        for run in (first, second):
            assert len(set(run.characters)) == 20
            assert 1 <= min(run.characters) <= max(run.characters) <= counts[run.alphabet]


def test_pictures_are_drawn_within_their_frame(glyphs: Collection) -> None:
    alphabets = [glyphs.background[1], *glyphs.evaluation[:3]]
    ink = glyphs.characters(alphabets, range(1, 21), 105).pictures
    share = (ink > 0).float().mean(dim=(2, 3))
    assert share.min() > 0.005
    assert share.max() < 0.25
    border = ink.clone()
    border[..., 1:-1, 1:-1] = 0
    assert not border.any()


def test_no_two_pictures_are_the_same(glyphs: Collection) -> None:
    pictures = glyphs.packed.reshape(-1, glyphs.packed.shape[-1])
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
