"""Options that name a path, and are given an empty one, as by an unset variable of the shell."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    "words",
    [
        ("run", "glyphs", "--output"),
        ("run", "glyphs", "--data-root"),
        ("run", "glyphs", "--artifacts"),
        ("export", "glyphs", "--output"),
        ("retrain", "best.toml", "--output"),
        ("report", "glyphs", "--output"),
        ("classify", "pictures", "--output"),
    ],
)
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_path_is_refused(
    words: tuple[str, ...], empty: str, refused: Callable[..., str]
) -> None:
    error = refused(*words, empty)
    said = "is empty; should be a path, such as . for the current folder"
    assert error == f"error: {words[-1]}: {said}"
