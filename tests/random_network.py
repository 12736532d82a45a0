"""A network with random weights, to start from or to learn from."""

from pathlib import Path

import torch

from model.config import WEIGHTS, RunConfig
from model.network.siamese import SiameseNetwork
from model.network.weights import save_network


def write_random_network(folder: Path, config: RunConfig, seed: int) -> None:
    """Leaves it in the folder, in the place of one that is there; other seeds, other weights."""
    folder.mkdir(exist_ok=True)
    torch.manual_seed(seed)
    save_network(SiameseNetwork(config.network), config, folder / WEIGHTS)
