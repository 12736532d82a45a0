"""What is written never comes to lie among pictures that are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.errors import InputError
from hpo.runtime.own_pictures import check_apart


@pytest.fixture(autouse=True)
def current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("runes/a").mkdir(parents=True)
    Path("link").symlink_to("runes")


@pytest.mark.parametrize(
    ("output", "dataset", "extra", "root", "named"),
    [
        ("runes", "folder:runes", None, None, "runes"),
        ("runes/a/new/deep", "folder:runes", None, None, "runes"),
        ("other/../runes/new", "folder:runes", None, None, "runes"),
        ("link/new", "folder:runes", None, None, "runes"),
        ("runes/new", "folder:link", None, None, "link"),
        ("runs/tiny", "folder:.", None, None, "."),
        ("runes", "glyphs", "folder:runes", None, "runes"),
        ("moved/new", "folder:runes", None, Path("moved"), "moved"),
    ],
)
def test_a_folder_among_them_is_refused(
    output: str, dataset: str, extra: str | None, root: Path | None, named: str
) -> None:
    line = f"{output}: lies in {named}, whose pictures are read; choose a folder elsewhere"
    with pytest.raises(InputError, match=f"^{re.escape(line)}$"):
        check_apart(Path(output), dataset, extra, root)


def test_others_are_taken() -> None:
    check_apart(Path("runes-net"), "folder:runes")  # beside it
    check_apart(Path(), "folder:runes")  # around it
    check_apart(Path("runes"), "folder:runes", data_root=Path("moved"))
    check_apart(Path("runes"), "omniglot", "folder:others", Path("runes"))
