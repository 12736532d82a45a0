"""Whatever a program gives as pictures is taken for what it is, or refused in one line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from data.errors import InputError
from siamese_hpo.pictures import prepared
from siamese_hpo.support import classes_of

SIZE = 35
Floats = NDArray[np.float32]


@pytest.fixture
def floats() -> Floats:
    return np.random.default_rng(0).random((3, SIZE, SIZE), np.float32)


@pytest.mark.parametrize(
    "laid_out",
    [
        lambda floats: floats[::-1][::-1],
        lambda floats: floats.astype(">f4"),
        lambda floats: floats.astype(np.longdouble),
        lambda floats: np.asfortranarray(floats),
        lambda floats: np.frombuffer(floats.tobytes(), np.float32).reshape(floats.shape),
    ],
    ids=["reversed", "big-endian", "long", "by columns", "read-only"],
)
@pytest.mark.filterwarnings("error")
def test_an_array_is_taken_in_every_layout(
    floats: Floats, laid_out: Callable[[Floats], Floats]
) -> None:
    found = prepared(laid_out(floats), SIZE).pictures
    assert torch.equal(found[:, 0], torch.from_numpy(floats))


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
@pytest.mark.parametrize(
    ("changed", "ends"),
    [
        (lambda floats: floats * 255, "0 to 255"),
        (lambda floats: floats * 2 - 1, "-1 to 1"),
        (lambda floats: floats * 1.25, "0 to 1.25"),
        (lambda floats: floats / (1 - floats), "0 to inf"),
        (lambda floats: floats * np.float32(np.nan), "nan to nan"),
        (lambda floats: np.where(floats == 1, np.float32(np.nan), floats), "nan to nan"),
    ],
    ids=["bytes", "centred", "brighter", "infinite", "none", "one none"],
)
def test_values_that_are_no_ink_are_refused(
    floats: Floats, kind: Callable[[Floats], Any], changed: Callable[[Floats], Floats], ends: str
) -> None:
    """`classify` made bytes of them, of which ink beyond 1 is paper again."""
    floats[0, 0, 0], floats[0, 0, 1] = 0, 1
    with np.errstate(divide="ignore"):
        given = changed(floats).astype(np.float32)
    line = f"pictures of values from {ends}: should be from 0, paper, to 1, ink"
    for refused in (lambda: prepared(kind(given), SIZE), lambda: classes_of(kind(given), SIZE)):
        with pytest.raises(InputError) as error:
            refused()
        assert str(error.value) == line


def test_what_resizing_rounds_is_ink_and_paper(floats: Floats) -> None:
    floats[0, 0, 0], floats[0, 0, 1] = -1e-4, 1 + 1e-4
    found = prepared(floats, SIZE)
    assert found.pictures[0, 0, 0, :2].tolist() == [0, 1]
    assert found.bytes[0, 0, :2].tolist() == [0, 255]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (None, "pictures of type NoneType: should be a folder, files, PIL images"),
        (3, "pictures of type int: should be"),
        (b"ring.png", "pictures of type bytes: should be"),
        ([None], "picture 0 is of type NoneType: should be a file or a PIL image"),
        ([np.zeros((SIZE, SIZE), np.float32)], "picture 0 is of type ndarray: should be"),
        ([torch.zeros(SIZE, SIZE)], "picture 0 is of type Tensor: should be"),
        ({"ring": ["ring.png"]}, "picture ring is of type list: should be"),
    ],
)
def test_what_is_no_picture_is_told(given: Any, line: str) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match=f"^{line}"):
        prepared(given, SIZE)


@pytest.mark.parametrize("kind", [object, str, ">i2", np.complex64])
def test_an_array_of_another_type_is_told(kind: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match=r"^pictures of type .*: should be float or uint8$"):
        prepared(np.zeros((1, SIZE, SIZE), kind), SIZE)


def test_the_class_of_a_bad_picture_is_told(symbols: Path) -> None:
    ring, blank = symbols / "known" / "ring.png", Image.new("L", (90, 90), 255)
    for bad, line in (([], "no pictures"), ([ring, blank], "picture 1: no drawing on it")):
        with pytest.raises(InputError) as error:
            classes_of({"ring": ring, "box": bad}, SIZE)
        assert str(error.value) == f"support: box: {line}"


def test_a_path_may_begin_with_the_home_folder_and_may_not_be_empty(
    symbols: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(symbols))
    assert prepared("~/known", SIZE).names == ["box.png", "cross.png", "ring.png"]
    both = prepared(["~/known/box.png", Path("~/new/box.png")], SIZE)
    assert both.names == ["known/box.png", "new/box.png"]
    assert classes_of("~/known", SIZE).names == ["box", "cross", "ring"]
    for refused in (lambda: prepared("", SIZE), lambda: classes_of("", SIZE)):
        with pytest.raises(InputError, match="a path is empty"):
            refused()


def test_files_may_be_entries_of_a_folder(symbols: Path) -> None:
    with os.scandir(symbols / "known") as entries:
        files = sorted(entries, key=lambda entry: entry.name)
    assert prepared(files, SIZE).names == ["box.png", "cross.png", "ring.png"]


class Named:
    """What names a file, and is neither text nor a `Path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


def test_a_folder_may_be_whatever_names_one(symbols: Path) -> None:
    with os.scandir(symbols) as entries:
        known = next(entry for entry in entries if entry.name == "known")
    for given in (known, Named(symbols / "known")):
        assert classes_of(given, SIZE).names == ["box", "cross", "ring"]
        assert prepared(given, SIZE).names == ["box.png", "cross.png", "ring.png"]
        assert classes_of({"box": given}, SIZE).names == ["box"]


def test_whatever_names_a_file_is_told_by_its_name(symbols: Path) -> None:
    (symbols / "empty").mkdir()
    blank = symbols / "blank.png"
    Image.new("L", (90, 90), 255).save(blank)
    for path, line in (
        (symbols / "none.png", "no such file or folder"),
        (blank, "no drawing on it"),
        (symbols / "empty", "no pictures"),
    ):
        with pytest.raises(InputError) as error:
            prepared(Named(path), SIZE)
        assert str(error.value) == f"{path}: {line}"


@pytest.mark.parametrize(
    ("first", "compression", "then"),
    [
        ("1", "group3", "L"),
        ("1", "group4", "L"),
        ("1", "group4", "RGB"),
        ("L", "jpeg", "1"),
        ("L", "jpeg", "F"),
        ("RGB", "jpeg", "RGBA"),
        ("RGB", "tiff_lzw", "I"),
    ],
)
def test_an_image_may_come_from_a_compressed_file(
    symbols: Path, first: str, compression: str, then: str
) -> None:
    """The notes of the file stay with it, whatever colours it is brought to."""
    drawn = Image.open(symbols / "new" / "ring.png").convert(first)
    file = symbols / "ring.tiff"
    drawn.save(file, compression=compression)
    found = prepared(Image.open(file).convert(then), SIZE).pictures
    assert (found - prepared(drawn, SIZE).pictures).abs().mean() < 0.02


def test_an_image_may_come_from_a_file_that_is_not_written_here(symbols: Path) -> None:
    """As of a TIFF in WEBP, which not every libtiff writes."""
    drawn = Image.open(symbols / "new" / "ring.png").convert("L")
    wanted = prepared(drawn, SIZE).pictures
    drawn.info["compression"] = "webp"
    assert torch.equal(prepared(drawn, SIZE).pictures, wanted)
    assert drawn.info["compression"] == "webp"


def test_an_image_that_cannot_be_kept_is_told(
    symbols: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    image = Image.open(symbols / "new" / "ring.png")
    monkeypatch.setattr(Image.Image, "save", full)
    line = "^picture 0: cannot be read: No space left on device$"
    with pytest.raises(InputError, match=line):
        prepared(image, SIZE)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "LA", "RGBA", "La", "RGBa"])
def test_transparent_paper_is_paper_in_memory_too(symbols: Path, mode: str) -> None:
    """In a palette, or as one colour, it may be of the drawing's own colour."""
    drawn = Image.open(symbols / "new" / "ring.png").convert("L")
    ink = drawn.point(lambda level: 255 * (level < 128))
    if mode in ("L", "RGB", "P"):
        image = Image.new(mode, drawn.size, 0)
        if mode == "P":
            image.putpalette([0] * 768)
        image.paste((1, 1, 1) if mode == "RGB" else 1, mask=ink)
        image.info["transparency"] = (0, 0, 0) if mode == "RGB" else 0
    else:
        image = Image.new("LA", drawn.size, 0)
        image.putalpha(ink)
        image = image.convert("RGBA" if mode.lower() == "rgba" else "LA").convert(mode)
    wanted = prepared(drawn, SIZE).pictures
    found = prepared(image, SIZE).pictures
    assert (found - wanted).abs().mean() < 0.02


def test_an_image_that_cannot_be_read_is_told(symbols: Path) -> None:
    cut = symbols / "cut.png"
    whole = (symbols / "new" / "ring.png").read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    closed = Image.open(symbols / "new" / "ring.png")
    closed.close()
    for image, line in (
        (Image.open(cut), "cannot be read: it is cut off, or damaged"),
        (closed, "cannot be read: Operation on closed image"),
        (Image.new("L", (0, 0)), "empty"),
        (Image.new("RGB", (0, 9)), "empty"),
    ):
        with pytest.raises(InputError) as error:
            prepared(image, SIZE)
        assert str(error.value) == f"picture 0: {line}"


def test_files_of_one_name_are_told_apart_by_their_folders(
    symbols: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(symbols / "new")
    known, box = symbols / "known", symbols / "known" / "box.png"
    deep = symbols / "deep" / "known"
    deep.mkdir(parents=True)
    box.rename(deep / "box.png")
    os.link(deep / "box.png", deep / "ring.png")
    image = Image.open(deep / "box.png")
    for given, names in (
        ([known / "ring.png", deep / "box.png"], ["ring.png", "box.png"]),
        (
            [known / "ring.png", "ring.png", "box.png"],
            ["known/ring.png", "new/ring.png", "box.png"],
        ),
        (
            [known / "ring.png", deep / "ring.png"],
            [f"{symbols.name}/known/ring.png", "deep/known/ring.png"],
        ),
        (["ring.png", Path("ring.png"), "./ring.png"], ["ring.png"] * 3),
        ([image, known / "ring.png", "ring.png"], ["0", "known/ring.png", "new/ring.png"]),
    ):
        assert prepared(given, SIZE).names == names


def test_a_file_is_told_from_an_image_by_its_number(symbols: Path) -> None:
    ring = symbols / "known" / "ring.png"
    image = Image.open(ring)
    ring.rename(symbols / "known" / "0")
    assert prepared([image, symbols / "known" / "0"], SIZE).names == ["0", "known/0"]


def test_a_name_that_is_not_utf8_can_be_written(symbols: Path) -> None:
    strange = Path(os.fsdecode(os.fsencode(symbols) + b"/caf\xe9.png"))
    (symbols / "known" / "ring.png").rename(strange)
    assert prepared([strange], SIZE).names == ["caf\ufffd.png"]


def test_two_keys_of_a_mapping_that_are_written_alike_are_refused(symbols: Path) -> None:
    given: Any = {1: symbols / "known" / "ring.png", "1": symbols / "known" / "box.png"}
    for refused in (lambda: prepared(given, SIZE), lambda: classes_of(given, SIZE)):
        with pytest.raises(InputError, match=r"^1: two keys of the mapping are written so$"):
            refused()
