"""Weights files: networks and checkpoints as safetensors, tensors and JSON, never pickles."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from data.errors import InputError, WorkFailed, shortened
from data.whole_files import replacing
from model.config import WEIGHTS, RunConfig
from model.network.distance import TwinNetwork
from model.network.ensemble import Ensemble, EnsembleConfig, TrainedConfig
from model.network.siamese import SiameseNetwork

FORMAT = "siamese-hpo"


def write_tensors(tensors: dict[str, Tensor], document: dict[str, Any], path: Path) -> None:
    """Writes tensors and a JSON document into one file, whole or not at all.

    Raises:
        NoRoom: the disk takes nothing more.
        WorkFailed: the file cannot be written there.
    """
    packed = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    # Not `save_file`: its own temporary file would stay where it is killed.
    content = save(packed, {FORMAT: json.dumps(document)})
    try:
        with replacing(path) as partial:
            partial.write_bytes(content)
    except OSError as error:
        raise WorkFailed(f"{path}: cannot be written: {error.strerror or error}") from None


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Reads what `write_tensors` wrote, onto the CPU.

    Raises:
        InputError: there is no such file, or `write_tensors` did not write it.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe would be waited for
        raise InputError(f"{path}: no weights file")
    try:
        content = path.read_bytes()  # safetensors itself opens no path that is not UTF-8
        tensors = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        document = json.loads(header["__metadata__"][FORMAT])
        if not isinstance(document, dict):
            raise ValueError("its description is no JSON object")
        return tensors, document
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except RecursionError:
        raise InputError(f"{path}: not a {FORMAT} weights file (too deep a description)") from None
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise InputError(f"{path}: not a {FORMAT} weights file ({error})") from None


def is_finite(network: TwinNetwork) -> bool:
    """Whether all weights are numbers, which those of a training that diverged are not."""
    return all(bool(tensor.isfinite().all()) for tensor in network.state_dict().values())


def save_network(network: TwinNetwork, config: TrainedConfig, path: Path) -> None:
    """Writes a network's weights and its configuration into one file, whole or not at all.

    Raises:
        NoRoom: the disk takes nothing more.
        WorkFailed: the file cannot be written there, or the weights are not finite.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
        >>> config = RunConfig(
        ...     network=NetworkConfig(convolutions=[Convolution(filters=8, kernel=5)], units=16),
        ...     train=TrainConfig(layers=[LayerConfig(learning_rate=0.01)] * 3),
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "best.safetensors"
        ...     save_network(SiameseNetwork(config.network), config, file)
        ...     network, found = load_network(file)
        >>> found == config
        True
    """
    if not is_finite(network):
        raise WorkFailed(f"{path}: cannot be written: the network's weights are not finite")
    write_tensors(network.state_dict(), config.model_dump(mode="json"), path)


def load_network(path: Path) -> tuple[SiameseNetwork, RunConfig]:
    """Reads a single network that `save_network` wrote, onto the CPU, and its configuration.

    Raises:
        InputError: the file is missing, or holds no network, or an ensemble.

    Example:
        >>> load_network(Path("missing.safetensors"))
        Traceback (most recent call last):
        data.errors.InputError: missing.safetensors: no such file
    """
    network, config = load_trained(path)
    if not isinstance(network, SiameseNetwork) or not isinstance(config, RunConfig):
        raise InputError(
            f"{path}: holds an ensemble of {network.networks} networks; here a single one is needed"
        )
    return network, config


def load_trained(path: Path) -> tuple[TwinNetwork, TrainedConfig]:
    """Reads a network or an ensemble that `save_network` wrote, onto the CPU.

    Returns:
        The network, and how it, or each of the ensemble, is built and was trained.

    Raises:
        InputError: the file is missing, or holds no network, or weights that are not finite.

    Example:
        >>> load_trained(Path("missing.safetensors"))
        Traceback (most recent call last):
        data.errors.InputError: missing.safetensors: no such file
    """
    tensors, document = read_tensors(path)
    network: TwinNetwork
    config: TrainedConfig
    try:
        if "members" in document:
            config = EnsembleConfig.model_validate(document)
            network = Ensemble(config)
        else:
            config = RunConfig.model_validate(document)
            network = SiameseNetwork(config.network)
        network.load_state_dict(tensors)
    except (ValueError, RuntimeError):
        raise InputError(f"{path}: holds no network of this project") from None
    if not is_finite(network):
        raise InputError(f"{path}: its network's weights are not finite")
    return network.to(memory_format=torch.channels_last), config


def weights_at(given: str, key: str) -> Path:
    """The weights file of a trained network that a configuration names by its folder or its file.

    Args:
        given: the folder or the file.
        key: key of the configuration, which an error names.

    Raises:
        InputError: there is no such folder or file.
    """
    path = Path(given)
    try:
        is_there, is_folder = path.exists(), path.is_dir()
    except OSError as error:  # a name is too long, or a folder above may not be searched
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{key}: {shortened(given)}: {reason}") from None
    if not is_there:
        raise InputError(f"{key}: {given}: no such folder or file")
    weights = path / WEIGHTS if is_folder else path
    if os.path.exists(weights) and not os.path.isfile(weights):  # a pipe would be waited for
        raise InputError(f"{key}: {given}: no weights file")
    return weights
