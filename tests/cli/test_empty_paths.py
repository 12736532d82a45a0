"""Arguments and options that name a path, given an empty one, as by an unset shell variable."""

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


@pytest.mark.parametrize(
    ("words", "argument"),
    [
        (("retrain", "", "--output", "a"), "CONFIG"),
        (("test", ""), "DIR"),
        (("calibrate", " "), "DIR"),
        (("combine", "a", "", "--output", "b"), "DIR DIR..."),
        (("classify", "", "--support", "a", "--query", "b"), "DIR"),
        (("enqueue", "quick", "a.toml", ""), "CONFIG..."),
    ],
)
def test_an_empty_argument_is_refused(
    words: tuple[str, ...], argument: str, refused: Callable[..., str]
) -> None:
    said = "is empty; should be a path, such as . for the current folder"
    assert refused(*words) == f"error: {argument}: {said}"
