"""An ensemble: several trained networks that answer as one, their embeddings side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from model.config import Distance, RunConfig
from model.network.distance import TwinNetwork
from model.network.siamese import SiameseNetwork
from model.strict import Strict


class EnsembleConfig(Strict):
    """How each of several networks is built and was trained, and how their scores are added.

    Attributes:
        members: one for each network; all take pictures of one size, and compare by one
            distance.
        factors: factor of each network's score.
        softmax_temperature: divides the sum of the scores before a softmax over supports.
    """

    members: tuple[RunConfig, ...] = Field(min_length=2, strict=False)
    factors: tuple[float, ...] = Field(min_length=2, strict=False)
    softmax_temperature: float = Field(gt=0)

    @model_validator(mode="after")
    def _alike(self) -> EnsembleConfig:
        if len(self.factors) != len(self.members):
            raise ValueError(f"{len(self.factors)} factors of {len(self.members)} networks")
        if len({member.size for member in self.members}) > 1:
            raise ValueError("the networks take pictures of different sizes")
        if len({member.network.distance for member in self.members}) > 1:
            raise ValueError("the networks compare by different distances")
        return self

    @classmethod
    def of(cls, members: Sequence[RunConfig], spreads: Sequence[float]) -> EnsembleConfig:
        """Adds scores that are first divided by their spread, so that no network outvotes others.

        The sum is scaled to the members' mean spread, and its temperature is such that
        probabilities are as spread as the members' are on average.

        Args:
            members: configurations of networks of one picture size.
            spreads: spread of each network's scores, see `model.evaluation.scores.spread`; above 0.

        Example:
            >>> from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
            >>> layer = Convolution(filters=8, kernel=5)
            >>> config = RunConfig(
            ...     network=NetworkConfig(convolutions=[layer], units=16),
            ...     train=TrainConfig(layers=[LayerConfig(learning_rate=0.01)] * 3),
            ... )
            >>> EnsembleConfig.of([config, config], [3.0, 1.0]).factors
            (0.3333333333333333, 1.0)
        """
        mean = fmean(spreads)
        sharpness = [
            spread / member.softmax_temperature
            for member, spread in zip(members, spreads, strict=True)
        ]
        return cls(
            members=tuple(members),
            factors=tuple(mean / spread / len(spreads) for spread in spreads),
            softmax_temperature=mean / fmean(sharpness),
        )

    @property
    def size(self) -> int:
        """Height and width of the pictures, in pixels."""
        return self.members[0].size


TrainedConfig = RunConfig | EnsembleConfig
"""How a network, or each of several that answer as one, is built and was trained."""


class Ensemble(TwinNetwork):
    """Several trained networks that answer as one; it is not trained any more.

    An embedding is the members' embeddings one after the other. A score is the sum of the members'
    scores, each times its factor: again a weighted distance.

    Args:
        config: configuration of its members.
        members: the networks; None makes untrained ones.

    Example:
        >>> from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
        >>> config = RunConfig(
        ...     network=NetworkConfig(convolutions=[Convolution(filters=8, kernel=5)], units=16),
        ...     train=TrainConfig(layers=[LayerConfig(learning_rate=0.01)] * 3),
        ... )
        >>> ensemble = Ensemble(EnsembleConfig.of([config, config], [3.0, 1.0]))
        >>> ensemble.embed(torch.rand(4, 1, 35, 35)).shape
        torch.Size([4, 32])
    """

    def __init__(
        self, config: EnsembleConfig, members: Sequence[SiameseNetwork] | None = None
    ) -> None:
        super().__init__()
        self.config = config
        self.members = nn.ModuleList(
            members or [SiameseNetwork(member.network) for member in config.members]
        )
        self.eval()

    @property
    def size(self) -> int:
        return self.config.size

    @property
    def networks(self) -> int:
        return len(self.members)

    @property
    def distance(self) -> Distance:
        return self.config.members[0].network.distance

    def train(self, mode: bool = True) -> Ensemble:
        """Stays in evaluation mode: in training, a network looks at each drawing once."""
        super().train(False)
        return self

    def embed(self, pictures: Tensor) -> Tensor:
        """Embeds pictures, see `SiameseNetwork.embed`: the length is the sum of the members'."""
        return torch.cat([member.embed(pictures) for member, _ in self._each()], 1)

    def _bias(self) -> Tensor:
        return torch.stack([factor * member.output.bias for member, factor in self._each()]).sum(0)

    def _alpha(self, length: int) -> Tensor:
        alphas = [factor * member._alpha(member.config.length) for member, factor in self._each()]
        return torch.cat(alphas)

    def _each(self) -> Iterator[tuple[SiameseNetwork, float]]:
        """Each member and its factor."""
        for member, factor in zip(self.members, self.config.factors, strict=True):
            assert isinstance(member, SiameseNetwork)
            yield member, factor
