"""Studies run in several threads of one program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import siamese_hpo
from data.errors import InputError
from hpo.run.join import join_study
from hpo.storage.workspace import Workspace
from hpo.workers.machine import Machine

AT_WORK = "study glyphs: another thread of this program is at work on it; wait for its end"


class Searching(Exception):  # noqa: N818 - a search that has come so far
    """Instead of a search."""


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """The study "glyphs" under way in another thread, in the folder "one", until the event."""
    begun, ends = Event(), Event()

    def search_here(*_: object) -> None:
        if not begun.is_set():
            begun.set()
            assert ends.wait(60)
        raise Searching

    monkeypatch.setattr("hpo.run.run.search_here", search_here)
    monkeypatch.setattr("hpo.run.join.search_here", search_here)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    with ThreadPoolExecutor(1) as others:
        run = others.submit(siamese_hpo.run, "glyphs", folder="one", device="cpu")
        assert begun.wait(60)
        yield ends
        ends.set()
        with pytest.raises(Searching):
            run.result()


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"folder": "one"}, AT_WORK),
        ({"folder": Path("../here/one")}, AT_WORK),
        ({"folder": "two", "storage": "sqlite:///one/study.db"}, AT_WORK),
        (
            {"folder": "one", "storage": "sqlite:///other.db"},
            "one: another thread of this program works in it; wait for its end, or choose another"
            " folder",
        ),
    ],
)
@pytest.mark.usefixtures("held")
def test_a_study_is_run_in_one_of_them(given: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(line)}$"):
        siamese_hpo.run("glyphs", device="cpu", **given)
    assert not Path("two").exists()
    assert not Path("other.db").exists()


@pytest.mark.usefixtures("held")
def test_none_of_them_joins_it() -> None:
    workspace = Workspace.of("glyphs", Path("two"), "sqlite:///one/study.db")
    with pytest.raises(InputError, match=f"^{re.escape(AT_WORK)}$"):
        join_study(Machine(device="cpu"), workspace)


def test_others_go_on_beside_it_and_it_can_be_run_again(held: Event) -> None:
    for given in ({"folder": "two"}, {"folder": "three", "storage": "sqlite:///other.db"}):
        with pytest.raises(Searching):
            siamese_hpo.run("glyphs", device="cpu", **given)
    with ThreadPoolExecutor(1) as another, pytest.raises(Searching):
        another.submit(siamese_hpo.run, "glyphs", folder="two", device="cpu").result()
    assert not held.is_set()
