"""No alphabet that validates or tests is trained on as an extra one, however it is split."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_folder import draw_alphabet, load

from data.errors import InputError
from data.sources.load import for_training


@pytest.mark.parametrize("alphabets", [("Runes",), ("Ogham", "Runes"), ("A", "B", "Runes", "D")])
@pytest.mark.parametrize("copied", ["runes", "Runes (test)"])
def test_an_alphabet_that_is_held_out_is_refused(
    alphabets: tuple[str, ...], copied: str, tmp_path: Path
) -> None:
    """Of one or two alphabets each is split by its characters, and so held out in part."""
    own = tmp_path / "own"
    for name in alphabets:
        draw_alphabet(own / name, 7, 3)
    collection = load(own)
    wanted = copied
    if len(alphabets) > 2:  # whole alphabets are held out: one of these
        wanted = collection.evaluation[0].lower()
    for name in (wanted, "others"):
        draw_alphabet(tmp_path / "more" / name, 8, 4)
    with pytest.raises(InputError, match=r"^train\.pictures\.extra: .* has an alphabet (?!others)"):
        for_training(collection, f"folder:{tmp_path / 'more'}", all_drawers=False)


def test_a_folder_of_one_alphabet_is_held_out_by_its_name(tmp_path: Path) -> None:
    draw_alphabet(tmp_path / "runes", 7, 3)
    collection = load(tmp_path / "runes")
    for name in ("ogham", "latin"):
        draw_alphabet(tmp_path / name, 8, 4)
    with pytest.raises(InputError, match="has an alphabet runes, as folder:"):
        for_training(collection, f"folder:{tmp_path}", all_drawers=False)
    draw_alphabet(tmp_path / "more" / "runic", 8, 4)
    more = for_training(collection, f"folder:{tmp_path / 'more'}", all_drawers=False).extra
    assert more is not None
    assert more.evaluation == ("runic",)
