"""Embeddings: each picture is looked at once, and then compared often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from data.characters import Characters
from model.network.distance import TwinNetwork


class Likeness(Protocol):
    """A measure of likeness between pictures: the more alike, the higher the score.

    It compares what was made of each picture: a `TwinNetwork` its embeddings, the baselines
    pixels or coordinates.
    """

    def score(self, left: Tensor, right: Tensor) -> Tensor:
        """Scores of every left picture against every right one: [n, ...], [m, ...] -> [n, m]."""

    def score_within(self, embeddings: Tensor) -> Tensor:
        """Scores of every picture against every other and itself: [n, ...] -> [n, n]."""


@dataclass(frozen=True)
class Embedded:
    """Characters, and what was made of each of their pictures.

    Attributes:
        likeness: compares the pictures.
        characters: characters that the pictures show.
        vectors: [characters, drawers, ...], what `likeness` compares.
    """

    likeness: Likeness
    characters: Characters
    vectors: Tensor

    @torch.inference_mode()
    def scores(self) -> dict[str, Tensor]:
        """Scores of each alphabet's pictures, see `model.evaluation.scores`."""
        drawers, found = len(self.characters.drawers), {}
        for alphabet, rows in zip(
            self.characters.alphabets, self.characters.characters_of, strict=True
        ):
            flat = self.vectors[rows.to(self.vectors.device)].flatten(0, 1)
            shape = (len(rows), drawers, len(rows), drawers)
            found[alphabet] = self.likeness.score_within(flat).view(shape)
        return found

    def part(self, alphabets: tuple[str, ...], drawers: tuple[int, ...]) -> Embedded:
        """Keeps only some alphabets by some drawers, given by number.

        Raises:
            ValueError: an alphabet or a drawer is not among those here.
        """
        everyone = self.characters
        index = {name: row for row, name in enumerate(everyone.names)}
        characters = everyone.of(alphabets).by(drawers)
        rows = [index[name] for name in characters.names]
        columns = [everyone.drawers.index(drawer) for drawer in drawers]
        return Embedded(self.likeness, characters, self.vectors[rows][:, columns])


def embed(network: TwinNetwork, characters: Characters) -> Embedded:
    """Embeds every picture of the characters, in float32 unless under `autocast`.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> from model.config import Convolution, NetworkConfig
        >>> from model.network.siamese import SiameseNetwork
        >>> layer = Convolution(filters=4, kernel=5, pool=True)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> embedded = embed(network, make_glyphs().characters(["Glyphs_41"], [17, 18], size=14))
        >>> embedded.vectors.shape, embedded.scores()["Glyphs_41"].shape
        (torch.Size([22, 2, 8]), torch.Size([22, 2, 22, 2]))
    """
    return Embedded(network, characters, embed_all(network, characters))


def scores_within(network: TwinNetwork, characters: Characters) -> dict[str, Tensor]:
    """Scores of each alphabet's pictures, see `model.evaluation.scores`; each is embedded once."""
    return embed(network, characters).scores()


@torch.inference_mode()
def embed_all(network: TwinNetwork, characters: Characters) -> Tensor:
    """Embeds every picture: float32 [characters, drawers, length]."""
    training = network.training
    network.eval()
    # Slices of about 64 35x35 or 32 larger pictures keep the activations in the caches.
    per_slice = max(32, 80_000 // characters.size**2)
    parts = [
        network.embed(part.unsqueeze(1).float() / 255)
        for part in torch.split(characters.pictures.flatten(0, 1), per_slice)
    ]
    network.train(training)
    return torch.cat(parts).view(*characters.pictures.shape[:2], -1)
