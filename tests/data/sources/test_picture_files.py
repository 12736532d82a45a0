"""Pictures made to do harm: small files of very many pixels, and formats that are programs."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from data.sources.picture_files import BYTES, FORMATS, PIXELS, NoPicture, read_picture

SIDE = int(PIXELS**0.5)
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 50 50\n%%EndComments\nshowpage\n%%EOF\n"


def png(path: Path, width: int, height: int, depth: int, colour: int) -> Path:
    """Writes a PNG of zeros, in a thousandth of its pixels' bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    channels = {0: 1, 2: 3, 3: 1, 6: 4}[colour]
    row = bytes(1 + width * channels * depth // 8)
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    palette = chunk(b"PLTE", bytes(3)) + chunk(b"tRNS", b"\0") if colour == 3 else b""
    ends = chunk(b"IHDR", header) + palette, chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(ends))
    return path


@pytest.mark.parametrize(("depth", "colour"), [(8, 6), (16, 0), (1, 0), (8, 3)])
def test_too_many_pixels_are_refused_before_they_are_decoded(
    depth: int, colour: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = png(tmp_path / "bomb.png", 13_000, 6_000, depth, colour)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("it is decoded"))
    with pytest.raises(NoPicture, match=r"^too large: 78 million pixels, at most 64 million$"):
        read_picture(path)


def test_what_pillow_itself_calls_a_bomb_is_refused(tmp_path: Path) -> None:
    header = png(tmp_path / "bomb.png", 65_000, 1, 1, 0).read_bytes()
    at = header.index(b"IHDR") + 4
    content = header[:at] + struct.pack(">II", 65_000, 65_000) + header[at + 8 :]
    checksum = struct.pack(">I", zlib.crc32(content[at - 4 : at + 13]))
    (tmp_path / "bomb.png").write_bytes(content[: at + 13] + checksum + content[at + 17 :])
    with pytest.raises(NoPicture, match="exceeds limit") as caught:
        read_picture(tmp_path / "bomb.png")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("depth", "colour"), [(8, 6), (16, 0), (8, 3)])
def test_the_largest_picture_takes_less_than_a_gigabyte(
    depth: int, colour: int, tmp_path: Path
) -> None:
    path = png(tmp_path / "large.png", SIDE, SIDE, depth, colour)
    script = (
        "import sys; from pathlib import Path\n"
        "from data.sources.picture_files import NoPicture, read_picture\n"
        "try: read_picture(Path(sys.argv[1]))\n"
        "except NoPicture as reason: assert 'wholly transparent' in str(reason), reason\n"
        # Not getrusage: what it tells begins with the memory of the process that forked this one.
        "status = Path('/proc/self/status').read_text()\n"
        "print(status.partition('VmHWM:')[2].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) * 1024 < 1e9


def test_a_large_photograph_is_read_smaller(tmp_path: Path) -> None:
    picture = Image.new("L", (12_000, 9_000), 255)  # 108 million pixels
    picture.paste(0, (3_000, 3_000, 4_000, 6_000))
    picture.save(tmp_path / "photograph.jpg")
    colours = read_picture(tmp_path / "photograph.jpg")
    assert colours.shape == (720, 960, 3)
    assert colours[360, 280].max() < 0.1
    assert colours[360, 480].min() > 0.9
    # A progressive one is decoded whole first.
    picture.save(tmp_path / "progressive.jpg", progressive=True)
    with pytest.raises(NoPicture, match="108 million pixels"):
        read_picture(tmp_path / "progressive.jpg")


def test_too_many_bytes_are_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "huge.webp").open("wb") as file:
        file.write(b"RIFF\0\0\0\0WEBPVP8L")
        file.truncate(BYTES + 1)  # a hole, which takes no room
    with pytest.raises(NoPicture, match=r"^too large: 512 million bytes, at most 512 million$"):
        read_picture(tmp_path / "huge.webp")


def test_pictures_that_are_programs_start_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gs", "gswin64c", "gswin32c"):
        (tmp_path / name).write_text(f'#!/bin/sh\ntouch "{tmp_path}/started"\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", None)  # looked for anew
    for name in ("picture.eps", "picture.png"):
        (tmp_path / name).write_bytes(EPS)
        with pytest.raises(NoPicture, match=r"^no picture$"):
            read_picture(tmp_path / name)
    assert not (tmp_path / "started").exists()


def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "device.png").symlink_to("/dev/zero")
    for name in ("pipe.png", "device.png"):
        with pytest.raises(NoPicture, match="empty"):
            read_picture(tmp_path / name)


@pytest.mark.parametrize("form", [*FORMATS, "MPO"])
def test_formats_that_are_meant_are_read(form: str, tmp_path: Path) -> None:
    picture = Image.new("RGB", (300, 200), "white")
    picture.paste("black", (100, 50, 200, 150))
    options = {"save_all": True, "append_images": [picture]} if form == "MPO" else {}
    picture.save(tmp_path / "picture", form, **options)
    colours = read_picture(tmp_path / "picture")
    assert colours[80, 120].max() < 0.1
    assert colours[10, 10].min() > 0.9


@pytest.mark.parametrize("mode", ["1", "P", "L", "LA", "RGBA", "I;16", "F", "CMYK"])
def test_bands_are_no_other_picture(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.random.default_rng(0).integers(0, 256, (1_501, 40)).astype(np.uint8)
    picture = Image.fromarray(np.repeat(values, 37, axis=1))
    if mode in ("I;16", "F"):
        wide = np.asarray(picture).astype(np.uint16 if mode == "I;16" else np.float32)
        picture = Image.fromarray(wide)
    else:
        picture = picture.convert("RGB").convert(mode)
    picture.save(tmp_path / "picture", "TIFF")
    whole = read_picture(tmp_path / "picture")
    monkeypatch.setattr("data.sources.picture_files.BAND", 50_000)
    np.testing.assert_allclose(read_picture(tmp_path / "picture"), whole, atol=1e-6)


def test_photographs_of_telephones_are_read_where_their_package_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    picture = Image.new("RGB", (300, 200), "white")
    picture.paste("black", (100, 50, 200, 150))
    picture.save(tmp_path / "picture.heic", "HEIF")
    assert read_picture(tmp_path / "picture.heic")[80, 120].max() < 0.1
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(NoPicture, match=r"HEIC, which needs pip install '\.\[heic\]'"):
        read_picture(tmp_path / "picture.heic")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n%rest", "a PDF, which is not read: save the page as PNG"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG, which is"),
        (b"<html>", "no picture"),
    ],
)
def test_documents_are_named_as_what_they_are(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(content)
    with pytest.raises(NoPicture, match=f"^{said}"):
        read_picture(tmp_path / "picture.png")


def test_colours_are_kept(tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), (200, 100, 50)).save(tmp_path / "picture.png")
    np.testing.assert_allclose(
        read_picture(tmp_path / "picture.png")[100, 100], np.array([200, 100, 50]) / 255, atol=0.01
    )


@pytest.mark.parametrize("extreme", [3e38, np.inf, np.finfo(np.float32).max])
def test_a_range_wider_than_float32_is_read(extreme: float, tmp_path: Path) -> None:
    values = np.zeros((40, 40), np.float32)
    values[:, :10], values[:, 30:] = -extreme, extreme
    Image.fromarray(values).save(tmp_path / "picture", "TIFF")
    picture = read_picture(tmp_path / "picture")
    assert [float(picture[20, column, 0]) for column in (2, 20, 37)] == pytest.approx([0, 0.5, 1])
