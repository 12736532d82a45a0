"""Training from a trained network's weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from data.errors import InputError
from data.sources.glyphs import make_glyphs
from data.splits import SearchData
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.network.siamese import SiameseNetwork
from model.network.weights import save_network
from model.training.trainer import Trainer

CPU = torch.device("cpu")


def config_with(units: int = 8, filters: int = 4, initial: str | None = None) -> RunConfig:
    layer = Convolution(filters=filters, kernel=5, pool=True)
    rates = [LayerConfig(learning_rate=0.01)] * 3
    return RunConfig(
        network=NetworkConfig(size=14, convolutions=[layer], units=units),
        train=TrainConfig(layers=rates, epochs=1, steps_per_epoch=1, initial=initial),
    )


@pytest.mark.parametrize("leaf", ["", "best.safetensors"])
def test_a_training_starts_from_the_weights_that_it_names(tmp_path: Path, leaf: str) -> None:
    trained = SiameseNetwork(config_with().network)
    save_network(trained, config_with(), tmp_path / "best.safetensors")
    data = SearchData.of(make_glyphs(), 14, CPU)
    started = Trainer(config_with(initial=str(tmp_path / leaf)), data, CPU)
    for name, weights in started.network.state_dict().items():
        assert torch.equal(weights, trained.state_dict()[name])
    assert len(list(started.run())) == 1
    fresh = Trainer(config_with(), data, CPU).network.state_dict()
    assert any(not torch.equal(fresh[name], w) for name, w in trained.state_dict().items())


def test_another_network_or_none_is_refused(tmp_path: Path) -> None:
    save_network(
        SiameseNetwork(config_with().network), config_with(), tmp_path / "best.safetensors"
    )
    data = SearchData.of(make_glyphs(), 14, CPU)
    with pytest.raises(InputError, match=r"its network\.units has 8, not 16"):
        Trainer(config_with(units=16, initial=str(tmp_path)), data, CPU)
    with pytest.raises(InputError, match=r"its network\.convolutions has other values"):
        Trainer(config_with(filters=8, initial=str(tmp_path)), data, CPU)
    with pytest.raises(InputError, match=r"train\.initial: .*none: no such folder or file"):
        Trainer(config_with(initial=str(tmp_path / "none")), data, CPU)


def test_a_configuration_without_it_is_written_as_before() -> None:
    assert "initial" not in config_with().model_dump(mode="json")["train"]
