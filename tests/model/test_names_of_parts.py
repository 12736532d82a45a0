"""Each name that a configuration may have makes what it says; one that was forgotten makes nothing.

Were the last of a chain of names taken for all others, a new one would silently be another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from data.collection import Collection
from data.splits import SearchData
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.config_file import Form, to_text
from model.device import autocast
from model.evaluation.embeddings import scores_within
from model.evaluation.scores import one_shot_accuracy, verification_accuracy
from model.network.siamese import SiameseNetwork
from model.training.losses import (
    batch_pairs_loss,
    nca_loss,
    one_shot_loss,
    pairs_loss,
    training_loss,
)
from model.training.optimiser import make_optimiser, set_epoch
from model.training.validation import SAMPLED_RUNS, validate

NETWORK = NetworkConfig(size=14, convolutions=(Convolution(filters=2, kernel=3),), units=4)
TRAIN = TrainConfig(layers=(LayerConfig(learning_rate=0.1),) * 3, epochs=8)
LABELS = torch.tensor([0, 0, 1, 1, 2, 2])


def named(key: str, name: str) -> TrainConfig:
    """Unchecked, as a name would be that is new in the configuration alone."""
    return TRAIN.model_copy(update={key: name})


def built(**update: Any) -> SiameseNetwork:  # noqa: ANN401
    torch.manual_seed(0)
    return SiameseNetwork(NETWORK.model_copy(update=update))


def embeddings() -> Tensor:
    return torch.rand(6, 4, generator=torch.Generator().manual_seed(1))


def loss_of(name: str) -> float:
    return training_loss(named("loss", name), built(), embeddings(), LABELS, 2).item()


def optimiser_of(name: str) -> torch.optim.Optimizer:
    return make_optimiser(built(), named("optimiser", name))


def rate_after_half(name: str) -> float:
    config = named("schedule", name)
    optimiser = make_optimiser(built(), config)
    set_epoch(optimiser, config, epoch=4)
    return float(optimiser.param_groups[0]["lr"]) / 0.1


def score_of(name: str) -> float:
    one, other = torch.zeros(1, 4), torch.full((1, 4), 0.5)
    network = built(distance=name)
    torch.nn.init.constant_(network.output.weight, 1.0)
    torch.nn.init.zeros_(network.output.bias)
    return network.score(one, other).item()


def form_of(name: Any) -> str:  # noqa: ANN401
    return to_text(RunConfig(network=NETWORK, train=TRAIN), name)


def test_losses() -> None:
    assert {name: loss_of(name) for name in names_of("loss")} == {
        "pairs": pairs_loss(built(), embeddings(), LABELS).item(),
        "batch-pairs": batch_pairs_loss(built(), embeddings(), LABELS).item(),
        "nca": nca_loss(built(), embeddings(), LABELS, 1.0).item(),
        "one-shot": one_shot_loss(built(), embeddings(), 2, 1.0).item(),
    }


def test_optimisers() -> None:
    assert {name: type(optimiser_of(name)) for name in names_of("optimiser")} == {
        "sgd": torch.optim.SGD,
        "adam": torch.optim.Adam,
    }


def test_schedules() -> None:
    assert {name: rate_after_half(name) for name in names_of("schedule")} == pytest.approx(
        {"decay": 0.99**4, "cosine": 0.402455, "steps": 0.1}
    )


def test_validations(glyphs: Collection) -> None:
    characters = SearchData.of(glyphs, 14, torch.device("cpu")).validation
    with autocast(characters.device):
        scores = scores_within(built(), characters)
    found = {name: validation_of(name, glyphs) for name in names_of("validation")}
    trials = found["sampled"] * SAMPLED_RUNS * characters.way
    assert trials == pytest.approx(round(trials))
    assert found["exact"] == one_shot_accuracy(scores, characters.way).value
    assert found["verification"] == verification_accuracy(scores).value


def test_initialisations() -> None:
    deviations = {
        name: built(initialisation=name).output.weight.std().item()
        for name in get_args(NetworkConfig.model_fields["initialisation"].annotation)
    }
    assert set(deviations) == {"paper", "kaiming"}
    assert deviations["paper"] > 0
    assert deviations["kaiming"] == 0  # all differences count alike


def test_distances() -> None:
    names = get_args(NetworkConfig.model_fields["distance"].annotation)
    assert {name: score_of(name) for name in names} == pytest.approx({"l1": 2.0, "l2": 1.0})


def test_forms() -> None:
    found = {name: form_of(name).split()[0] for name in get_args(Form)}
    assert found == {"toml": "[network]", "json": "{", "yaml": "network:"}


@pytest.mark.parametrize(
    "make",
    [
        loss_of,
        optimiser_of,
        rate_after_half,
        lambda name: built(initialisation=name),
        score_of,
        form_of,
    ],
)
def test_a_forgotten_name_makes_nothing(make: Callable[[str], object]) -> None:
    with pytest.raises((AssertionError, KeyError), match="forgotten"):
        make("forgotten")


def test_a_forgotten_validation_measures_nothing(glyphs: Collection) -> None:
    with pytest.raises(AssertionError, match="forgotten"):
        validation_of("forgotten", glyphs)


def validation_of(name: str, glyphs: Collection) -> float:
    characters = SearchData.of(glyphs, 14, torch.device("cpu")).validation
    return validate(built(), characters, named("validation", name)).accuracy


def names_of(key: str) -> tuple[str, ...]:
    """All names that a configuration of a training may have there."""
    names: tuple[str, ...] = get_args(TrainConfig.model_fields[key].annotation)
    return names
