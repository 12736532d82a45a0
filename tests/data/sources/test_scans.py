"""Picture files of any kind become drawings like Omniglot's, or are refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawings_alike import drawing_in, file, likeness
from PIL import Image, ImageOps
from scipy.ndimage import binary_dilation, gaussian_filter

from benchmarks.winner.cameras import CAMERAS
from benchmarks.winner.disturbances import DISTURBANCES, Mask, clean
from benchmarks.winner.scenes import SCENES, nothing, page_of
from benchmarks.winner.surfaces import SURFACES
from data.collection import SIDE
from data.sources.pen import stroke_width
from data.sources.picture_files import NoPicture, read_picture
from data.sources.scans import read_drawing, read_drawings

UNLIKE = {"cut_off", "table_cloth"}
"""Scenes whose drawings lack a part, or are refused more often than found."""


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_disturbed_drawing_is_prepared_as_the_clean_one(
    name: str, inks: list[Mask], tmp_path: Path
) -> None:
    dice = np.random.default_rng(0)
    found = [drawing_in(DISTURBANCES[name](ink, dice), tmp_path) for ink in inks]
    expected = [drawing_in(clean(ink, dice), tmp_path) for ink in inks]
    likenesses = [likeness(a, b) for a, b in zip(found, expected, strict=True)]
    assert np.median(likenesses) > 0.9
    assert np.quantile(likenesses, 0.1) > 0.75


def test_a_drawing_is_centred_and_as_large_and_thick_as_omniglots(
    inks: list[Mask], tmp_path: Path
) -> None:
    for ink in inks[:8]:
        small = Image.fromarray(~ink).convert("L").resize((60, 60), Image.Resampling.BICUBIC)
        page = Image.new("L", (200, 90), 255)
        page.paste(small, (130, 5))
        drawing = drawing_in(file(page), tmp_path)
        assert drawing.shape == (SIDE, SIDE)
        rows, columns = (np.flatnonzero(drawing.any(axis)) for axis in (1, 0))
        for ends in (rows, columns):
            assert abs((ends[0] + ends[-1]) / 2 - 52) <= 3
        assert 58 <= max(np.ptp(rows), np.ptp(columns)) <= 76
        assert 3.5 < stroke_width(drawing) < 6.5


KINDS: dict[str, Callable[[Image.Image], bytes]] = {
    "bilevel": lambda grey: file(grey.convert("1")),
    "palette": lambda grey: file(grey.convert("RGB").convert("P")),
    "palette with a transparent colour": lambda grey: file(
        grey.point(lambda v: 255 if v > 127 else 0).convert("P"), "GIF", transparency=255
    ),
    "alpha, black on nothing": lambda grey: file(
        Image.merge("LA", (Image.new("L", grey.size), ImageOps.invert(grey)))
    ),
    "alpha, white on nothing": lambda grey: file(
        Image.merge("LA", (Image.new("L", grey.size, 255), ImageOps.invert(grey)))
    ),
    "alpha, all opaque": lambda grey: file(grey.convert("RGBA")),
    "16 bits": lambda grey: file(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)),
    "32-bit floats": lambda grey: file(
        Image.fromarray(np.asarray(grey).astype(np.float32) * 1e-3), "TIFF"
    ),
    "CMYK": lambda grey: file(grey.convert("CMYK"), "JPEG", quality=90),
    "white on black": lambda grey: file(ImageOps.invert(grey)),
    "blue on yellow": lambda grey: file(ImageOps.colorize(grey, "#202090", "#f0e060"), "WEBP"),
    "large": lambda grey: file(grey.resize((1600, 1600)), "JPEG"),
    "small": lambda grey: file(grey.resize((48, 48), Image.Resampling.BOX), "BMP"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_read(kind: str, inks: list[Mask], tmp_path: Path) -> None:
    for ink in inks[:4]:
        plain = Image.fromarray(~ink).convert("L")
        expected = drawing_in(file(plain), tmp_path)
        assert likeness(drawing_in(KINDS[kind](plain), tmp_path), expected) > 0.9


def test_pictures_are_turned_upright(inks: list[Mask], tmp_path: Path) -> None:
    upright = Image.fromarray(~inks[0]).convert("L")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees to the right
    content = file(upright.rotate(90), "JPEG", exif=exif.tobytes(), quality=95)
    expected = drawing_in(file(upright), tmp_path)
    assert likeness(drawing_in(content, tmp_path), expected) > 0.9
    assert likeness(drawing_in(file(upright.rotate(90)), tmp_path), expected) < 0.8


def test_uneven_light_and_dirt_are_no_ink(inks: list[Mask], tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    y, x = np.mgrid[0:1:105j, 0:1:105j]
    light = 0.35 + 0.6 * np.exp(-4 * ((x - 0.2) ** 2 + (y - 0.9) ** 2))
    for ink in inks[:4]:
        paper = gaussian_filter(np.where(ink, 0.3, 1.0), 0.6)
        for row, column in dice.integers(0, 105, (6, 2)):
            paper[row, column] = 0.2
        content = file(Image.fromarray((255 * light * paper).astype(np.uint8)))
        expected = drawing_in(file(Image.fromarray(~ink).convert("L")), tmp_path)
        assert likeness(drawing_in(content, tmp_path), expected) > 0.85


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    grey = Image.linear_gradient("L")
    noise = np.random.default_rng(0).normal(128, 10, (100, 100)).astype(np.uint8)
    png = file(Image.fromarray(noise))
    jpeg = file(Image.fromarray(noise).convert("RGB"), "JPEG")
    for content, said in (
        (b"", "empty"),
        (b"no picture at all", "no picture"),
        (png[: len(png) // 2], "cannot be read: it is cut off, or damaged"),
        (jpeg[:-3], "cannot be read: it is cut off, or damaged"),
        (jpeg[: len(jpeg) // 2], "cannot be read: it is cut off, or damaged"),
        (file(Image.new("L", (80, 60), 255)), "no drawing on it"),
        (file(grey), "no drawing on it"),
        (png, "no drawing on it"),
        (file(Image.new("RGBA", (9, 9))), "wholly transparent"),
        (file(Image.new("L", (1, 1))), "no drawing on it"),
    ):
        with pytest.raises(NoPicture, match=said) as caught:
            drawing_in(content, tmp_path)
        assert "\n" not in str(caught.value)
    with pytest.raises(NoPicture, match="a folder"):
        read_picture(tmp_path)
    with pytest.raises(NoPicture, match="cannot be read: No such file or directory"):
        read_picture(tmp_path / "none")


@pytest.mark.parametrize("name", sorted({*SCENES, *SURFACES, *CAMERAS} - UNLIKE))
def test_what_else_is_on_a_photograph_is_no_part_of_the_drawing(
    name: str, inks: list[Mask], tmp_path: Path
) -> None:
    dice = np.random.default_rng(0)
    found = []
    for ink in inks[:16]:
        (tmp_path / "picture").write_bytes((SCENES | SURFACES | CAMERAS)[name](ink, dice))
        drawings = read_drawings(tmp_path / "picture")
        expected = drawing_in(clean(ink, dice), tmp_path)
        found.append(likeness(drawings[0].ink, expected) if len(drawings) == 1 else 0)
    assert np.median(found) > 0.88
    assert np.quantile(found, 0.15) > 0.75


def test_several_drawings_are_several(inks: list[Mask], tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    for count in (4, 10):
        (tmp_path / "picture").write_bytes(page_of(inks[:count], dice))
        drawings = read_drawings(tmp_path / "picture")
        assert len(drawings) == count
        likenesses = [
            likeness(drawing.ink, drawing_in(clean(ink, dice), tmp_path))
            for drawing, ink in zip(drawings, inks, strict=False)
        ]
        assert np.median(likenesses) > 0.85  # in reading order
    (tmp_path / "picture").write_bytes(page_of(inks[:4], dice))
    with pytest.raises(NoPicture, match=r"^4 drawings on it, where one is wanted$"):
        read_drawing(tmp_path / "picture")


def test_a_picture_cut_to_its_drawing_keeps_all_of_it(inks: list[Mask], tmp_path: Path) -> None:
    found = []
    for ink in inks[:24]:
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        expected = drawing_in(file(Image.fromarray(~ink)), tmp_path)
        drawing = drawing_in(file(Image.fromarray(~cut)), tmp_path)
        found.append(likeness(drawing, expected))
    assert np.quantile(found, 0.1) > 0.85


def test_chalk_on_a_board_is_read(inks: list[Mask], tmp_path: Path) -> None:
    for ink in inks[:4]:
        board = np.full((240, 240), 40, np.uint8)
        board[60:165, 60:165][ink] = 230
        expected = drawing_in(file(Image.fromarray(~ink)), tmp_path)
        assert likeness(drawing_in(file(Image.fromarray(board)), tmp_path), expected) > 0.8


def test_what_looks_like_no_strokes_is_refused(tmp_path: Path) -> None:
    blob = np.full((200, 200), 255, np.uint8)
    blob[60:140, 60:140] = 0
    dice = np.random.default_rng(0)
    dots = np.full((300, 300), 255, np.uint8)
    for row, column in dice.integers(10, 280, (150, 2)):
        dots[row : row + 7, column : column + 7] = 0
    for picture in (blob, dots):
        with pytest.raises(NoPicture, match=r"^what stands out looks like no strokes$"):
            drawing_in(file(Image.fromarray(picture)), tmp_path)
    refused = 0
    for _ in range(10):
        (tmp_path / "picture").write_bytes(nothing(dice))
        try:
            read_drawings(tmp_path / "picture")
        except NoPicture:
            refused += 1
    assert refused >= 5


def test_few_pixels_and_thick_strokes_are_read_dark_or_light(
    inks: list[Mask], tmp_path: Path
) -> None:
    for ink in inks[:10]:
        small = Image.fromarray(~ink).convert("L").resize((12, 12), Image.Resampling.BOX)
        dark, light = (drawing_in(file(one), tmp_path) for one in (small, ImageOps.invert(small)))
        assert likeness(dark, light) > 0.75
        expected = drawing_in(file(Image.fromarray(~ink)), tmp_path)
        wide = binary_dilation(expected, np.ones((5, 5), bool))
        assert (dark & wide).sum() / dark.sum() > 0.6


def test_lines_of_the_paper_are_no_ink(inks: list[Mask], tmp_path: Path) -> None:
    for ink in inks[:4]:
        paper = np.full((300, 300), 235, np.uint8)
        paper[20::30] = 195
        paper[100:205, 100:205][ink] = 40
        expected = drawing_in(file(Image.fromarray(~ink)), tmp_path)
        assert likeness(drawing_in(file(Image.fromarray(paper)), tmp_path), expected) > 0.9
