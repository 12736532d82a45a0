"""Layer-wise SGD against the paper's update, written out by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
from model.optimiser import make_optimiser, set_epoch
from model.siamese import SiameseNetwork

NETWORK = NetworkConfig(size=8, convolutions=(Convolution(filters=2, kernel=3),), units=4)
LAYERS = (
    LayerConfig(learning_rate=0.1, momentum=0.9, l2=0.01),
    LayerConfig(learning_rate=0.02, momentum=0.7, l2=0.0),
    LayerConfig(learning_rate=0.003, momentum=0.0, l2=0.1),
)


def test_sgd_follows_the_papers_update_in_every_layer() -> None:
    config = TrainConfig(loss="pairs", optimiser="sgd", layers=LAYERS, epochs=5)
    torch.manual_seed(0)
    network = SiameseNetwork(NETWORK)
    optimiser = make_optimiser(network, config)
    expected = [[p.detach().clone() for p in layer] for layer in network.layers()]
    velocity = [[torch.zeros_like(p) for p in layer] for layer in network.layers()]
    generator = torch.Generator().manual_seed(1)
    for epoch in range(4):
        set_epoch(optimiser, config, epoch)
        for number, layer in enumerate(network.layers()):
            rate = LAYERS[number].learning_rate * 0.99**epoch
            momentum = 0.5 + epoch / 4 * (LAYERS[number].momentum - 0.5)
            for p, w, v in zip(layer, expected[number], velocity[number], strict=True):
                p.grad = torch.randn(p.shape, generator=generator)
                l2 = 2 * LAYERS[number].l2 * w if w.dim() > 1 else 0
                v.mul_(momentum).add_(p.grad + l2)
                w.sub_(rate * v)
        optimiser.step()
        for number, layer in enumerate(network.layers()):
            for p, w in zip(layer, expected[number], strict=True):
                torch.testing.assert_close(p.detach(), w)


def test_cosine_falls_to_nearly_zero_and_adam_keeps_its_own_rates_per_layer() -> None:
    config = TrainConfig(optimiser="adam", layers=LAYERS, epochs=10, schedule="cosine")
    optimiser = make_optimiser(SiameseNetwork(NETWORK), config)
    rates = []
    for epoch in range(10):
        set_epoch(optimiser, config, epoch)
        rates.append([group["lr"] for group in optimiser.param_groups[::2]])
    assert rates[0] == pytest.approx([layer.learning_rate for layer in LAYERS], rel=0.01)
    assert all(late[0] < early[0] for early, late in pairwise(rates))
    assert rates[9][0] < 0.01 * LAYERS[0].learning_rate
