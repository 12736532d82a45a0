"""What a program gives besides ink: masks, folders that may not be read, names of any bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from data.errors import InputError
from hpo.classify.answers import Answer
from siamese_hpo.answers import Answers
from siamese_hpo.pictures import prepared
from siamese_hpo.support import classes_of

SIZE = 35


@pytest.mark.parametrize("kind", [np.float32, np.uint8])
def test_masked_values_are_refused(kind: type[np.generic]) -> None:
    """What a mask covered was taken as it lies below it."""
    given: Any = np.ma.masked_greater(np.ones((2, SIZE, SIZE), kind), 0)
    for refused in (
        lambda: prepared(given, SIZE),
        lambda: classes_of(given, SIZE),
        lambda: classes_of({"ring": given}, SIZE),
    ):
        with pytest.raises(InputError, match=r"pictures with masked values: fill them first, as"):
            refused()
    assert not prepared(given.filled(0), SIZE).pictures.any()


@pytest.mark.parametrize("mask", [False, np.zeros((2, SIZE, SIZE), bool)])
def test_an_array_whose_mask_covers_nothing_is_taken(mask: Any) -> None:  # noqa: ANN401
    floats = np.random.default_rng(0).random((2, SIZE, SIZE), np.float32)
    found = prepared(np.ma.MaskedArray(floats, mask), SIZE).pictures
    assert torch.equal(found[:, 0], torch.from_numpy(floats))


def test_a_folder_that_may_not_be_read_is_told(
    symbols: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Path.iterdir

    def iterdir(folder: Path) -> Iterator[Path]:
        if folder == symbols / "new":
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    line = rf"^pictures {symbols / 'new'}: cannot be read: permission denied$"
    with pytest.raises(InputError, match=line):
        prepared(symbols / "new", SIZE)
    with pytest.raises(InputError, match="new: cannot be read: permission denied"):
        classes_of(symbols / "new", SIZE)


def test_keys_that_are_names_of_files_can_be_written(symbols: Path, tmp_path: Path) -> None:
    files = [Path(os.fsdecode(os.fsencode(symbols) + b"/caf\xe9.png")), symbols / "new" / "box.png"]
    (symbols / "known" / "ring.png").rename(files[0])
    by_key = {path.name: path for path in files}
    names = prepared(by_key, SIZE).names
    assert names == prepared(files, SIZE).names == ["caf\ufffd.png", "box.png"]
    assert classes_of(by_key, SIZE).names == names
    one: dict[str, Any] = {
        "known": 0.9,
        "probability": 0.9,
        "same": 0.9,
        "probabilities": dict.fromkeys(names, 0.5),
    }
    rows = [Answer(file=name, chosen=name, nearest=name, **one) for name in names]
    answers = Answers(names, rows)
    for table in (answers.table, answers.probabilities):
        table.to_csv(tmp_path / "table.csv")
        assert "caf\ufffd.png" in (tmp_path / "table.csv").read_text()


def test_keys_that_read_the_same_or_not_at_all_are_refused(symbols: Path) -> None:
    ring, box = symbols / "known" / "ring.png", symbols / "known" / "box.png"
    takers: list[Callable[..., object]] = [prepared, classes_of]
    strange = [os.fsdecode(name) for name in (b"caf\xe9", b"caf\xe8")]
    for given, line in (
        ({strange[0]: ring, strange[1]: box}, "^caf\ufffd: two keys of the mapping are written"),
        ({"half \ud83d": ring}, r"^'half \\ud83d': a key of the mapping that no text can hold$"),
    ):
        for taken in takers:
            with pytest.raises(InputError, match=line):
                taken(given, SIZE)
