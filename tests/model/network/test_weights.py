"""Weights files: whole, or not there and said in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save, save_file
from tiny_network import TINY

from data.errors import InputError, WorkFailed
from model.network.initial import initial_weights
from model.network.siamese import SiameseNetwork
from model.network.weights import (
    load_network,
    load_trained,
    read_tensors,
    save_network,
    write_tensors,
)

FULL_DISK = """
import resource, sys
from pathlib import Path
import torch
from data.errors import WorkFailed
from model.network.weights import write_tensors
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # no file may be larger
try:
    write_tensors({"weight": torch.ones(50_000)}, {}, Path(sys.argv[1]))
except WorkFailed as error:
    print(error)
"""


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.safetensors"
    write_tensors({"weight": torch.arange(6.0).reshape(2, 3).T}, {"epoch": 3}, path)
    tensors, document = read_tensors(path)
    assert torch.equal(tensors["weight"], torch.arange(6.0).reshape(2, 3).T)
    assert document == {"epoch": 3}
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_no_network(value: float, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    network = SiameseNetwork(TINY.network)
    next(network.parameters()).data.view(-1)[3] = value
    with pytest.raises(WorkFailed, match=r"weights are not finite$"):
        save_network(network, TINY, path)
    assert not path.exists()
    write_tensors(network.state_dict(), TINY.model_dump(mode="json"), path)
    with pytest.raises(InputError, match=r"a.safetensors: its network's weights are not finite$"):
        load_trained(path)


@pytest.mark.parametrize("text", ["5", "null", "[]", '"members"', "[" * 100_000, "{", ""])
def test_a_file_with_another_description_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file({"weight": torch.zeros(2)}, path, {"siamese-hpo": text})
    for read in (read_tensors, load_trained):
        with pytest.raises(InputError) as refused:
            read(path)
        assert str(refused.value).startswith(f"{path}: not a siamese-hpo weights file (")
        assert "\n" not in str(refused.value)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder, pipe = tmp_path / "folder", tmp_path / "pipe"
    folder.mkdir()
    for path in (pipe, folder / "best.safetensors"):
        os.mkfifo(path)
        with pytest.raises(InputError, match=rf"^{path}: no weights file$"):
            load_trained(path)
    for given in (pipe, folder):
        train = TINY.train.model_copy(update={"initial": str(given)})
        with pytest.raises(InputError, match=rf"^train.initial: {given}: no weights file$"):
            initial_weights(TINY.model_copy(update={"train": train}))


def test_a_folder_whose_name_is_not_utf_8_holds_a_network(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9") / "best.safetensors"
    network = SiameseNetwork(TINY.network)
    save_network(network, TINY, path)
    found, config = load_network(path)
    assert config == TINY
    for name, tensor in network.state_dict().items():
        assert torch.equal(found.state_dict()[name], tensor)


def test_a_file_of_tensors_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    for content in (save({"weight": torch.zeros(2)}), b"", b"1234567", b"\xff" * 100):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"not a siamese-hpo weights file"):
            read_tensors(path)


def test_a_file_that_does_not_fit_leaves_the_old_one_and_no_rest(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    path = tmp_path / "a.safetensors"
    write_tensors({"weight": torch.zeros(2)}, {}, path)
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith(f"{path}: cannot be written: ")
    assert "File too large" in run.stdout
    assert run.stdout.count("\n") == 1
    assert torch.equal(read_tensors(path)[0]["weight"], torch.zeros(2))
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.safetensors").mkdir()
    for path in (tmp_path / "file" / "a.safetensors", tmp_path / "folder.safetensors"):
        with pytest.raises(WorkFailed) as failed:
            write_tensors({"weight": torch.zeros(2)}, {}, path)
        assert str(failed.value).startswith(f"{path}: cannot be written: ")
        assert "\n" not in str(failed.value)
    assert len(list(tmp_path.rglob("*"))) == 2
