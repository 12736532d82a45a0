"""An attribute of a study changed by many at the same moment: each change is one process's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import optuna
import pytest

import hpo.database.swap
from hpo.database.opening import open_storage
from hpo.database.swap import swap
from hpo.storage.workspace import default_url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return default_url(tmp_path)
    found: str = request.getfixturevalue("postgres")
    return found


def test_of_those_who_change_it_at_one_moment_one_does(url: str) -> None:
    optuna.create_study(storage=open_storage(url, create=True), study_name="s")
    many = [
        optuna.load_study(storage=open_storage(url, create=False), study_name="s") for _ in range(4)
    ]
    for turn in range(10):
        before = many[0].user_attrs.get("who")

        def change(number: int, before: Any = before, turn: int = turn) -> bool:  # noqa: ANN401
            return swap(many[number], "who", before, [number, turn])

        with ThreadPoolExecutor(4) as pool:
            changed = list(pool.map(change, range(4)))
        assert sum(changed) == 1
        assert many[0].user_attrs["who"] == [changed.index(True), turn]


def test_a_change_that_was_done_may_be_repeated(url: str) -> None:
    """As after an answer that was lost."""
    study = optuna.create_study(storage=open_storage(url, create=True))
    for _ in range(2):
        assert swap(study, "who", None, "me")
    assert not swap(study, "who", None, "you")
    for _ in range(2):
        assert swap(study, "who", "me", None)
    assert swap(study, "who", None, "you")
    assert study.user_attrs["who"] == "you"


def test_without_a_database_the_last_one_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hpo.database.swap, "SETTLE", 0)
    study = optuna.create_study()
    assert swap(study, "who", None, "me")
    assert not swap(study, "who", None, "you")
    monkeypatch.setattr(
        hpo.database.swap.time, "sleep", lambda _: study.set_user_attr("who", "she")
    )
    assert not swap(study, "who", "me", "you")
