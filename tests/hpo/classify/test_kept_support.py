"""A file that holds a kept support, whole or damaged."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from data.collection import PACKED_BYTES, SIDE
from data.errors import InputError
from hpo.classify.support import Support, read_support
from model.network.weights import write_tensors

BITS = torch.ones(3, PACKED_BYTES, dtype=torch.uint8)
OWNERS = torch.tensor([0, 1, 1])


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    drawings = np.random.default_rng(0).random((3, SIDE, SIDE)) < 0.2
    Support(["box", "ring"], drawings, OWNERS).keep(tmp_path / "kept")
    found = read_support(tmp_path / "kept", [])
    assert (found.classes, found.shots) == (["box", "ring"], {"box": 1, "ring": 2})
    assert np.array_equal(found.drawings, drawings)


@pytest.mark.parametrize(
    ("bits", "owners", "classes"),
    [
        (BITS, torch.tensor([0, 1, 1, 1]), ["box", "ring"]),
        (BITS, torch.tensor([0, 1]), ["box", "ring"]),
        (BITS, OWNERS.int(), ["box", "ring"]),
        (BITS, OWNERS.float(), ["box", "ring"]),
        (BITS, OWNERS.view(1, 3), ["box", "ring"]),
        (BITS, torch.tensor(0), ["box"]),
        (BITS, OWNERS + 1, ["box", "ring"]),
        (BITS, OWNERS, ["box", "ring", "dot"]),
        (BITS[:0], OWNERS[:0], []),
        (BITS[:, :100].contiguous(), OWNERS, ["box", "ring"]),
        (BITS.flatten(), OWNERS, ["box", "ring"]),
        (BITS.float(), OWNERS, ["box", "ring"]),
        (BITS.bfloat16(), OWNERS, ["box", "ring"]),
        (BITS * 0, OWNERS, ["box", "ring"]),
        (BITS, OWNERS, ["box", "box"]),
        (BITS, OWNERS, "ab"),
        (BITS, OWNERS, {"box": 1, "ring": 2}),
        (BITS, OWNERS, [1, 2]),
        (BITS, OWNERS, None),
    ],
)
def test_a_damaged_one_is_refused(
    bits: Tensor,
    owners: Tensor,
    classes: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    path = tmp_path / "kept"
    write_tensors({"drawings": bits, "owners": owners}, {"support": classes}, path)
    with pytest.raises(InputError, match=rf"^--support {path}: is no folder, and holds no supp"):
        read_support(path, [])


def test_a_class_that_is_none_and_a_deep_description_are_refused(tmp_path: Path) -> None:
    path, tensors = tmp_path / "kept", {"drawings": BITS, "owners": OWNERS}
    write_tensors(tensors, {"support": ["box", "unknown"]}, path)
    with pytest.raises(InputError, match="no class may be named unknown"):
        read_support(path, [])
    write_tensors(tensors, {"support": ["\u00e9", "e\u0301"]}, path)
    with pytest.raises(InputError, match="the names of 2 classes read \u00e9;"):
        read_support(path, [])
    save_file(tensors, path, {"siamese-hpo": "[" * 100_000})
    with pytest.raises(InputError, match="holds no support that classify kept"):
        read_support(path, [])
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(InputError, match="not a folder"):
        read_support(path, [])
