"""Numbers of trainings and processes that nobody means: refused before any memory is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_study import tiny_study

from data.errors import InputError
from hpo.study.file import load_study

MANY = str(10**12)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("retrain", "best.toml", "--output", "again"), "--seeds"),
        (("reproduce", "table1"), "--seeds"),
        (("reproduce", "table1"), "--workers"),
        (("run", "glyphs"), "--workers"),
        (("join", "glyphs"), "--workers"),
    ],
)
@pytest.mark.parametrize("count", ["1001", MANY])
def test_an_option(
    words: tuple[str, ...],
    option: str,
    count: str,
    refused: Callable[..., str],
    glyphs_config: str,
) -> None:
    Path("best.toml").write_text(glyphs_config)
    assert refused(*words, option, count) == (
        f"error: {option}: should be less than or equal to 1000"
    )


def test_a_key_of_a_study() -> None:
    for seeds in (1001, 2**31 - 1):
        text = tiny_study().replace("finalists = 1", f"finalists = 1, seeds = {seeds}")
        Path("tiny.toml").write_text(text)
        with pytest.raises(InputError, match=f"finish.seeds: should be .*1000.*not {seeds}"):
            load_study("tiny.toml")
    Path("tiny.toml").write_text(text.replace(str(seeds), "1000"))
    assert load_study("tiny.toml").finish.seeds == 1000
