"""Names that no file can have: what is asked is wrong, not the work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.errors import InputError
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.network.initial import initial_weights

LONG = "x" * 300


@pytest.mark.parametrize(
    "words", [("run", LONG), ("run", f"{LONG}/mine.toml"), ("retrain", LONG, "--output", "out")]
)
def test_a_file_whose_name_is_too_long(words: tuple[str, ...], refused: Callable[..., str]) -> None:
    assert refused(*words) == f"error: {words[1]}: file name too long"


@pytest.mark.parametrize("given", [LONG, "x" * 5000, "x/" * 5000])
def test_a_network_to_begin_from_whose_name_is_too_long(given: str) -> None:
    config = RunConfig(
        network=NetworkConfig(convolutions=(Convolution(filters=8, kernel=5),), units=16),
        train=TrainConfig(layers=(LayerConfig(learning_rate=0.01),) * 3, initial=given),
    )
    with pytest.raises(InputError, match=r"^train\.initial: x.*\.\.\.: file name too long$"):
        initial_weights(config)
