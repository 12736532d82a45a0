"""MNIST's digits: found, verified, made into an alphabet, drawn again with Omniglot's pen."""

from __future__ import annotations

import gzip
import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.datasets import MNIST

from data.collection import Collection
from data.errors import InputError
from data.sources.mnist import FILES, MnistUnavailable, as_characters, load_mnist
from data.sources.redraw import EXTENT, PEN, redraw
from data.splits import paper_splits


@pytest.fixture(scope="module")
def digits(mnist_root: Path) -> Tensor:
    return load_mnist(mnist_root)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a folder nor a cache nor a network."""
    monkeypatch.delenv("MNIST_ROOT", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])


def test_digits_are_the_files_own(digits: Tensor, mnist_root: Path) -> None:
    assert digits.shape == (10, 892, 28, 28)
    assert digits.dtype == torch.uint8
    images, labels = (gzip.decompress((mnist_root / name).read_bytes()) for name in FILES)
    pictures = np.frombuffer(images, np.uint8, 7_840_000, 16).reshape(-1, 28 * 28)
    wanted = {}
    for picture, label in zip(pictures, np.frombuffer(labels, np.uint8, offset=8), strict=True):
        wanted.setdefault(int(label), set()).add(picture.tobytes())
    for digit in range(10):
        found = [picture.numpy().tobytes() for picture in digits[digit]]
        assert len(set(found)) == 892
        assert set(found) <= wanted[digit]


def test_one_more_alphabet(digits: Tensor) -> None:
    characters = as_characters(digits[:, :3], 35, redrawn=False)
    assert characters.pictures.shape == (10, 3, 35, 35)
    assert characters.names[7] == "MNIST/character08"
    assert characters.drawers == (1, 2, 3)
    # Its ink is where the digit's was, a quarter larger, and as dark.
    before, after = digits[4, 1].float(), characters.pictures[4, 1].float()
    assert float(after.mean()) == pytest.approx(float(before.mean()), rel=0.02)
    assert float(after.sum(0) @ torch.arange(35.0) / after.sum()) / 35 == pytest.approx(
        float(before.sum(0) @ torch.arange(28.0) / before.sum() + 0.5) / 28, abs=0.02
    )


def test_redrawn_digits_are_like_omniglots_training_drawings(
    digits: Tensor, omniglot: Collection
) -> None:
    train = paper_splits(omniglot).train
    drawings = omniglot.characters(train.alphabets, train.drawers, 105).pictures > 0
    drawings = drawings.flatten(0, 1)
    redrawn = redraw(digits[:, :30].flatten(0, 1), 20)

    def extent(ink: Tensor) -> float:
        spans = []
        for axis in (1, 2):
            lines = ink.any(axis).byte()
            spans.append(lines.shape[1] - lines.argmax(1) - lines.flip(1).argmax(1))
        return float(torch.maximum(*spans).float().mean())

    assert extent(drawings) == pytest.approx(EXTENT, abs=0.5)
    assert extent(redrawn) == pytest.approx(EXTENT, rel=0.15)
    as_they_are = as_characters(digits[:, :30], 105, redrawn=False).pictures.float().mean() / 255
    ink = float(drawings.float().mean())
    assert abs(float(redrawn.float().mean()) - ink) < 0.2 * ink < abs(float(as_they_are) - ink) / 3


def test_strokes_are_drawn_as_lines_of_the_pens_width() -> None:
    bar = torch.zeros(9, 28, 28, dtype=torch.uint8)
    bar[:, 4:24, 10:16] = 255  # twenty pixels long, six wide
    bar[1] = bar[0].T
    first, turned, *rest = redraw(bar, 20)
    assert torch.equal(first, rest[-1])
    widths = first.sum(1)[40:65]
    assert set(widths.tolist()) == {PEN}
    assert set(turned.sum(0)[40:65].tolist()) == {PEN}
    assert EXTENT - 20 < int(first.any(1).sum()) <= EXTENT + PEN


@pytest.mark.usefixtures("nowhere")
def test_without_mnist_the_ways_out_are_named(tmp_path: Path) -> None:
    with pytest.raises(MnistUnavailable, match=r"--data-root .* MNIST_ROOT") as raised:
        load_mnist(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_named_folder_that_is_not_there_is_an_error(
    tmp_path: Path, mnist_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r"data root .*missing: no such folder"):
        load_mnist(tmp_path / "missing")
    monkeypatch.setenv("MNIST_ROOT", str(tmp_path / "missing"))
    with pytest.raises(InputError, match=r"MNIST_ROOT .*missing: no such folder"):
        load_mnist(None)


@pytest.mark.usefixtures("nowhere")
def test_a_folder_without_it_or_with_something_else_is_an_error(
    tmp_path: Path, mnist_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    monkeypatch.setenv("MNIST_ROOT", str(given))
    with pytest.raises(InputError, match=r"MNIST_ROOT .*given: lacks t10k-images"):
        load_mnist(None)
    for name in FILES:
        shutil.copyfile(mnist_root / name, given / name)
    images = next(iter(FILES))
    content = bytearray(gzip.decompress((given / images).read_bytes()))
    content[5000] ^= 1
    (given / images).write_bytes(gzip.compress(bytes(content), 1))
    with pytest.raises(InputError, match=f"{images}: not MNIST's"):
        load_mnist(None)
    (given / images).write_bytes((mnist_root / images).read_bytes()[:1000])
    with pytest.raises(InputError, match=f"{images}: cannot be read"):
        load_mnist(None)


@pytest.mark.parametrize("doubled", [False, True])
def test_files_as_people_have_them(
    doubled: bool, digits: Tensor, mnist_root: Path, tmp_path: Path
) -> None:
    """Unpacked, with a dot in the name, each in a folder of its name."""
    for name in FILES:
        leaf = name.removesuffix(".gz").replace("-idx", ".idx" if doubled else "-idx")
        folder = tmp_path / leaf if doubled else tmp_path
        folder.mkdir(exist_ok=True)
        (folder / leaf).write_bytes(gzip.decompress((mnist_root / name).read_bytes()))
    assert torch.equal(load_mnist(tmp_path), digits)


@pytest.mark.usefixtures("nowhere")
def test_download_and_then_the_cache(
    digits: Tensor, mnist_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hashlib import md5

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    sums = [(name, md5((mnist_root / name).read_bytes()).hexdigest()) for name in FILES]
    handler = partial(Quiet, directory=str(mnist_root.resolve()))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        mirrors = ["http://127.0.0.1:9/", f"http://127.0.0.1:{server.server_port}/"]
        monkeypatch.setattr(MNIST, "mirrors", mirrors)
        monkeypatch.setattr(MNIST, "resources", [("", ""), ("", ""), *sums])
        assert torch.equal(load_mnist(tmp_path), digits)
        server.shutdown()
    assert torch.equal(load_mnist(None), digits)  # the server is gone
