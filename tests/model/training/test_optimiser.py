"""Layer-wise SGD and Adam against their updates, written out by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import pytest
import torch

from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
from model.network.siamese import SiameseNetwork
from model.training.optimiser import make_optimiser, set_epoch

NETWORK = NetworkConfig(size=8, convolutions=(Convolution(filters=2, kernel=3),), units=4)
LAYERS = (
    LayerConfig(learning_rate=0.1, momentum=0.9, l2=0.01),
    LayerConfig(learning_rate=0.02, momentum=0.7, l2=0.0),
    LayerConfig(learning_rate=0.003, momentum=0.0, l2=0.1),
)


def test_sgd_follows_the_papers_update_in_every_layer() -> None:
    config = TrainConfig(loss="pairs", optimiser="sgd", learning_rate=0.5, layers=LAYERS, epochs=5)
    torch.manual_seed(0)
    network = SiameseNetwork(NETWORK)
    optimiser = make_optimiser(network, config)
    expected = [[p.detach().clone() for p in layer] for layer in network.layer_parameters()]
    velocity = [[torch.zeros_like(p) for p in layer] for layer in network.layer_parameters()]
    generator = torch.Generator().manual_seed(1)
    for epoch in range(4):
        set_epoch(optimiser, config, epoch)
        for number, layer in enumerate(network.layer_parameters()):
            rate = 0.5 * LAYERS[number].learning_rate * 0.99**epoch
            momentum = 0.5 + epoch / 4 * (LAYERS[number].momentum - 0.5)
            for p, w, v in zip(layer, expected[number], velocity[number], strict=True):
                p.grad = torch.randn(p.shape, generator=generator)
                l2 = 2 * LAYERS[number].l2 * w if w.dim() > 1 else 0
                v.mul_(momentum).add_(p.grad + l2)
                w.sub_(rate * v)
        optimiser.step()
        for number, layer in enumerate(network.layer_parameters()):
            for p, w in zip(layer, expected[number], strict=True):
                torch.testing.assert_close(p.detach(), w)


def test_adam_follows_its_update_with_the_scheduled_momentum_as_beta_1() -> None:
    config = TrainConfig(optimiser="adam", layers=LAYERS, epochs=5)
    torch.manual_seed(0)
    network = SiameseNetwork(NETWORK)
    optimiser = make_optimiser(network, config)
    parameters = [(p, n) for n, layer in enumerate(network.layer_parameters()) for p in layer]
    expected = [p.detach().clone() for p, _ in parameters]
    first = [torch.zeros_like(p) for p, _ in parameters]
    second = [torch.zeros_like(p) for p, _ in parameters]
    generator = torch.Generator().manual_seed(1)
    for epoch in range(5):
        set_epoch(optimiser, config, epoch)
        for (p, number), w, m, v in zip(parameters, expected, first, second, strict=True):
            layer = LAYERS[number]
            beta = 0.5 + epoch / 4 * (layer.momentum - 0.5)
            p.grad = torch.randn(p.shape, generator=generator)
            slope = p.grad + (2 * layer.l2 * w if w.dim() > 1 else 0)
            m.mul_(beta).add_((1 - beta) * slope)
            v.mul_(0.999).add_(0.001 * slope**2)
            mean, square = m / (1 - beta ** (epoch + 1)), v / (1 - 0.999 ** (epoch + 1))
            w.sub_(layer.learning_rate * 0.99**epoch * mean / (square.sqrt() + 1e-8))
        optimiser.step()
        for (p, _), w in zip(parameters, expected, strict=True):
            torch.testing.assert_close(p.detach(), w)


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_l2_is_the_gradient_of_lambda_times_the_squared_weights(
    optimiser: Literal["sgd", "adam"],
) -> None:
    def stepped(l2: float, penalty: float) -> SiameseNetwork:
        """After two steps on a loss, to which `penalty * ||w||^2` is added by hand."""
        torch.manual_seed(0)
        network = SiameseNetwork(NETWORK)
        for p in network.parameters():
            torch.nn.init.normal_(p)
        layers = (LayerConfig(learning_rate=0.1, l2=l2),) * 3
        config = TrainConfig(optimiser=optimiser, layers=layers, epochs=2)
        optimise = make_optimiser(network, config)
        for epoch in range(2):
            set_epoch(optimise, config, epoch)
            optimise.zero_grad()
            loss = sum(p.sin().sum() for p in network.parameters())
            weights = [module.weight for module in network.modules() if hasattr(module, "weight")]
            (loss + penalty * sum((w**2).sum() for w in weights)).backward()
            optimise.step()
        return network

    by_optimiser, by_hand = stepped(l2=0.3, penalty=0), stepped(l2=0, penalty=0.3)
    for (name, p), other in zip(by_optimiser.named_parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(p, other, msg=lambda text, name=name: f"{name}: {text}")
    assert not torch.allclose(by_hand.output.weight, stepped(l2=0, penalty=0).output.weight)


def rates_of(config: TrainConfig) -> list[list[float]]:
    """Each epoch's learning rates, a layer each."""
    optimiser = make_optimiser(SiameseNetwork(NETWORK), config)
    rates = []
    for epoch in range(config.epochs):
        set_epoch(optimiser, config, epoch)
        rates.append([group["lr"] for group in optimiser.param_groups[::2]])
    return rates


def test_cosine_falls_to_nearly_zero_and_adam_keeps_its_own_rates_per_layer() -> None:
    rates = rates_of(TrainConfig(optimiser="adam", layers=LAYERS, epochs=10, schedule="cosine"))
    assert rates[0] == pytest.approx([layer.learning_rate for layer in LAYERS], rel=0.01)
    assert all(late[0] < early[0] for early, late in pairwise(rates))
    assert rates[9][0] < 0.01 * LAYERS[0].learning_rate


def test_steps_lower_every_rate_to_a_tenth_twice() -> None:
    factors = [
        [rate / layer.learning_rate for rate, layer in zip(rates, LAYERS, strict=True)]
        for rates in rates_of(
            TrainConfig(optimiser="sgd", layers=LAYERS, epochs=8, schedule="steps")
        )
    ]
    for factor, wanted in zip(factors, [1.0] * 4 + [0.1] * 2 + [0.01] * 2, strict=True):
        assert factor == pytest.approx([wanted] * len(LAYERS))
