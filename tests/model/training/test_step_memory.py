"""What a training needs, forecast from its configuration, is what torch then takes."""

import pytest
import torch

from model.batch_config import BatchConfig
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.network.siamese import SiameseNetwork
from model.training.step_memory import pictures_of_step, step_memory

POOLED = Convolution(filters=8, kernel=5, pool=True)
PLAIN = Convolution(filters=16, kernel=3, padding=True)
LAST = Convolution(filters=12, kernel=4)


def run_of(
    convolutions: tuple[Convolution, ...], batch_norm: bool = False, **train: object
) -> RunConfig:
    network = NetworkConfig(size=28, convolutions=convolutions, units=64, batch_norm=batch_norm)
    layers = [LayerConfig(learning_rate=0.1)] * (len(convolutions) + 2)
    batch = BatchConfig(characters=10, drawers=2)
    return RunConfig(
        network=network,
        train=TrainConfig.model_validate({"layers": layers, "batch": batch} | train),
    )


NETWORKS = [(POOLED,), (PLAIN,), (POOLED, PLAIN), (PLAIN, POOLED, LAST)]


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("convolutions", NETWORKS)
def test_parameters_are_those_of_the_network(
    convolutions: tuple[Convolution, ...], batch_norm: bool
) -> None:
    config = run_of(convolutions, batch_norm).network
    assert config.parameters == sum(p.numel() for p in SiameseNetwork(config).parameters())


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("convolutions", NETWORKS)
def test_what_the_step_back_needs_is_what_torch_keeps(
    convolutions: tuple[Convolution, ...], batch_norm: bool
) -> None:
    run = run_of(convolutions, batch_norm)
    network = SiameseNetwork(run.network)
    weights = {p.untyped_storage().data_ptr() for p in network.parameters()}
    kept: dict[int, torch.Tensor] = {}  # held, so that no address is given twice

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    pictures = torch.rand(pictures_of_step(run.train), 1, 28, 28)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        network.embed(pictures)
    of_batch = sum(t.untyped_storage().nbytes() for p, t in kept.items() if p not in weights)
    forecast = step_memory(run) - 4 * 5 * run.network.parameters  # with Adam's two
    assert of_batch == pytest.approx(forecast, rel=0.05)


def test_each_copy_of_the_weights_counts() -> None:
    sgd, adam, averaged = (
        step_memory(run_of((POOLED,), **train))
        for train in ({"optimiser": "sgd"}, {"optimiser": "adam"}, {"averaging": 0.9})
    )
    copy = 4 * run_of((POOLED,)).network.parameters
    assert (adam - sgd, averaged - adam) == (copy, copy)


def test_pairs_are_two_pictures_each() -> None:
    batch = {"batch": BatchConfig(pairs=30)}
    assert pictures_of_step(run_of((POOLED,), loss="pairs", **batch).train) == 60
