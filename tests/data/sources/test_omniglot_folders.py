"""Omniglot from extracted folders, and each way in which one picture can be wrong."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from data.collection import SIDE, Collection
from data.errors import InputError
from data.sources.cache import cache_path
from data.sources.omniglot import load_omniglot
from data.sources.omniglot_files import BACKGROUND, FINGERPRINTS, decode

PICTURE = f"{BACKGROUND}/Alphabet_of_the_Magi/character01/0709_01.png"


@pytest.fixture(scope="module")
def extracted(omniglot_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the extracted sets within python/; a cache folder of this module's own."""
    root = tmp_path_factory.mktemp("extracted")
    for name in FINGERPRINTS:
        with ZipFile(omniglot_root / f"{name}.zip") as archive:
            archive.extractall(root / "python")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("extracted_cache")))
        yield root


@pytest.fixture
def picture(extracted: Path) -> Iterator[Path]:
    """One of the files, put back after the test."""
    path = extracted / "python" / PICTURE
    content = path.read_bytes()
    yield path
    path.write_bytes(content)


def test_extracted_folders_load_and_are_cached(extracted: Path, omniglot: Collection) -> None:
    (extracted / "python" / BACKGROUND / ".DS_Store").touch()
    assert np.array_equal(load_omniglot(extracted).packed, omniglot.packed)
    written = cache_path("omniglot").stat()
    assert np.array_equal(load_omniglot(extracted).packed, omniglot.packed)
    assert cache_path("omniglot").stat().st_ino == written.st_ino


def test_what_lies_beside_the_pictures_does_no_harm(extracted: Path, omniglot: Collection) -> None:
    """File names that are not UTF-8, an editor's lock, copies that Windows names, a pipe."""
    alphabet = extracted / "python" / BACKGROUND / "Greek"
    beside = [alphabet / os.fsdecode(name) for name in (b"caf\xe9.txt", b"caf\xe9.png")]
    beside += [alphabet / "character01" / "0394_01 (1).png", alphabet / "pipe.png"]
    for path in beside[:3]:
        path.touch()
    os.mkfifo(beside[3])
    for name in (".#notes.txt", "notes.txt"):
        (alphabet / name).symlink_to("user@machine.4711:1700000000")
        beside.append(alphabet / name)
    assert np.array_equal(load_omniglot(extracted).packed, omniglot.packed)
    written = cache_path("omniglot").stat()
    assert np.array_equal(load_omniglot(extracted).packed, omniglot.packed)
    assert cache_path("omniglot").stat().st_ino == written.st_ino
    # Beside a picture that is missing, they are what it may have become.
    (alphabet / "character01" / "0394_01.png").rename(extracted / "kept.png")
    with pytest.raises(InputError, match=r"png \(and 2 more\) is no picture of Omniglot's"):
        load_omniglot(extracted)
    (extracted / "kept.png").rename(alphabet / "character01" / "0394_01.png")
    for path in beside:
        path.unlink()


def test_a_folder_within_another_of_its_name(extracted: Path, omniglot: Collection) -> None:
    """As Windows' "Extract all" leaves it."""
    for name in FINGERPRINTS:
        (extracted / "python" / name).rename(extracted / "inner")
        (extracted / "python" / name).mkdir()
        (extracted / "inner").rename(extracted / "python" / name / name)
    assert np.array_equal(load_omniglot(extracted).packed, omniglot.packed)
    (extracted / "python" / BACKGROUND / PICTURE).rename(extracted / "kept.png")
    with pytest.raises(InputError, match=f"{PICTURE} is missing"):
        load_omniglot(extracted)
    (extracted / "kept.png").rename(extracted / "python" / BACKGROUND / PICTURE)
    for name in FINGERPRINTS:
        (extracted / "python" / name).rename(extracted / "outer")
        (extracted / "outer" / name).rename(extracted / "python" / name)
        (extracted / "outer").rmdir()


def test_what_is_no_plain_or_no_small_file_is_named(extracted: Path, picture: Path) -> None:
    content = picture.read_bytes()
    picture.write_bytes(content + bytes(70_000))
    with pytest.raises(InputError, match=f"{PICTURE} cannot be read: larger than any picture"):
        load_omniglot(extracted)
    picture.unlink()
    os.mkfifo(picture)
    with pytest.raises(InputError, match=f"{PICTURE} cannot be read: no file is there"):
        load_omniglot(extracted)
    picture.unlink()
    picture.symlink_to("nothing")
    with pytest.raises(InputError, match=f"{PICTURE} cannot be read: no file is there"):
        load_omniglot(extracted)
    picture.unlink()


def test_missing_picture_is_named(extracted: Path, picture: Path) -> None:
    picture.unlink()
    with pytest.raises(InputError, match=f"{PICTURE} is missing"):
        load_omniglot(extracted)


def test_missing_alphabet_is_named_by_its_first_picture(extracted: Path) -> None:
    alphabet = extracted / "python" / BACKGROUND / "Greek"
    alphabet.rename(extracted / "Greek")
    with pytest.raises(InputError, match=r"Greek/character01/0394_01.png \(and 479 more\) is miss"):
        load_omniglot(extracted)
    (extracted / "Greek").rename(alphabet)


def test_stray_picture_is_named(extracted: Path, picture: Path) -> None:
    stray = picture.rename(picture.with_name("709_1.png"))
    with pytest.raises(InputError, match=r"character01/709_1.png is no picture of Omniglot's"):
        load_omniglot(extracted)
    stray.unlink()


def test_unreadable_picture_is_named(extracted: Path, picture: Path) -> None:
    intact = picture.read_bytes()
    picture.write_bytes(intact[: len(intact) // 2])
    with pytest.raises(InputError, match=f"{PICTURE} cannot be read") as raised:
        load_omniglot(extracted)
    assert "\n" not in str(raised.value)


def test_no_png_and_wrong_size() -> None:
    large = BytesIO()
    Image.new("1", (SIDE + 1, SIDE)).save(large, "png")
    for content, reason in (
        (b"", "no PNG"),
        (b"text", "no PNG"),
        (large.getvalue(), "106x105 pixels, not 105x105"),
    ):
        with pytest.raises(InputError, match=f"^here cannot be read: .*({reason})"):
            decode(content, "here")


def test_altered_picture_of_the_same_checksum_is_found(extracted: Path, picture: Path) -> None:
    """CRC32 can be fooled, SHA-256 not."""
    with Image.open(picture) as image:
        packed = np.packbits(np.asarray(image.convert("L")) == 0)
    bits = np.unpackbits(packed, bitorder="little")  # the order in which CRC32 takes them
    polynomial = np.array([int(digit) for digit in f"{0x104C11DB7:033b}"], dtype=np.uint8)
    bits[4000:4033] ^= polynomial  # a multiple of it goes unnoticed
    forged = np.packbits(bits, bitorder="little")
    assert zlib.crc32(forged) == zlib.crc32(packed)
    ink = np.unpackbits(forged, count=SIDE * SIDE).reshape(SIDE, SIDE)
    Image.fromarray((1 - ink) * np.uint8(255)).save(picture)
    with pytest.raises(InputError, match="SHA-256"):
        load_omniglot(extracted)
