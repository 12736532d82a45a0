"""Validation: the accuracy by which the best epoch is chosen."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from data.characters import Characters
from data.one_shot_runs import random_runs
from model.config import TrainConfig
from model.device import autocast
from model.evaluation.embeddings import scores_within
from model.evaluation.one_shot import one_shot_runs
from model.evaluation.scores import one_shot_accuracy, verification_accuracy
from model.network.siamese import SiameseNetwork

SAMPLED_RUNS = 16
"""Runs of `Characters.way` one-shot trials each: the paper validates on 320 (section 4.3)."""


class Validation(NamedTuple):
    """What one validation measured.

    Attributes:
        accuracy: 0 to 1, of the kind that `TrainConfig.validation` names.
        standard_error: standard error of `accuracy`.
        verification: verification accuracy, 0 to 1, see `verification_accuracy`; None if sampled.
        scores: each alphabet's scores, see `model.evaluation.scores`; None if sampled.
    """

    accuracy: float
    standard_error: float
    verification: float | None = None
    scores: dict[str, Tensor] | None = None


def validate(network: SiameseNetwork, characters: Characters, config: TrainConfig) -> Validation:
    """Measures a network on the validation characters, in bfloat16 where that is fast.

    Args:
        network: network on the characters' device.
        characters: the validation alphabets by the validation drawers.
        config: whose `validation` names the kind of accuracy; its seed draws sampled runs.

    Raises:
        ValueError: an alphabet has fewer characters than `characters.way`.

    Example:
        >>> import torch
        >>> from data.sources.glyphs import make_glyphs
        >>> from data.splits import SearchData
        >>> from model.config import Convolution, LayerConfig, NetworkConfig
        >>> layer = Convolution(filters=4, kernel=5, pool=True)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> data = SearchData.of(make_glyphs(), size=14, device=torch.device("cpu"))
        >>> config = TrainConfig(layers=[LayerConfig(learning_rate=0.1)] * 3, validation="sampled")
        >>> validate(network, data.validation, config).verification is None
        True
    """
    if config.validation == "sampled":
        runs = random_runs(characters, SAMPLED_RUNS, characters.way, config.seed)
        with autocast(characters.device):
            sampled = one_shot_runs(network, characters, runs)
        return Validation(sampled.accuracy, sampled.standard_error)
    with autocast(characters.device):
        scores = scores_within(network, characters)
    verified = exact = verification_accuracy(scores)
    if config.validation == "exact":
        exact = one_shot_accuracy(scores, characters.way)
    else:
        assert config.validation == "verification", config.validation
    return Validation(exact.value, exact.standard_error, verified.value, scores)
