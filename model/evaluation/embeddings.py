"""Characters as a measure of likeness sees them: each picture looked at once, compared often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from data.characters import Characters
from model.network.siamese import SiameseNetwork


class Likeness(Protocol):
    """How alike pictures are, by what was made of each; the more, the higher the score.

    A `SiameseNetwork` is one, by its embeddings; the baselines are others.
    """

    def score(self, left: Tensor, right: Tensor) -> Tensor:
        """Scores of every left one against every right one: [n, ...], [m, ...] -> [n, m]."""

    def score_within(self, embeddings: Tensor) -> Tensor:
        """Scores of every one against every one of the same: [n, ...] -> [n, n]."""


@dataclass(frozen=True)
class Embedded:
    """Characters and what was made of each of their pictures.

    Attributes:
        likeness: compares.
        characters: whose pictures they are.
        vectors: [characters, drawers, ...].
    """

    likeness: Likeness
    characters: Characters
    vectors: Tensor

    @torch.inference_mode()
    def scores(self) -> dict[str, Tensor]:
        """Each alphabet's scores, see `model.evaluation.scores`."""
        drawers, found = len(self.characters.drawers), {}
        for alphabet, rows in zip(
            self.characters.alphabets, self.characters.characters_of, strict=True
        ):
            flat = self.vectors[rows.to(self.vectors.device)].flatten(0, 1)
            shape = (len(rows), drawers, len(rows), drawers)
            found[alphabet] = self.likeness.score_within(flat).view(shape)
        return found

    def part(self, alphabets: tuple[str, ...], drawers: tuple[int, ...]) -> Embedded:
        """Some alphabets by some drawers (their numbers)."""
        everyone = self.characters
        index = {name: row for row, name in enumerate(everyone.names)}
        characters = everyone.of(alphabets).by(drawers)
        rows = [index[name] for name in characters.names]
        columns = [everyone.drawers.index(drawer) for drawer in drawers]
        return Embedded(self.likeness, characters, self.vectors[rows][:, columns])


def embed(network: SiameseNetwork, characters: Characters) -> Embedded:
    """The characters by a network's embeddings, in float32."""
    return Embedded(network, characters, embed_all(network, characters))


def scores_within(network: SiameseNetwork, characters: Characters) -> dict[str, Tensor]:
    """Each alphabet's scores, see `model.evaluation.scores`; every picture is embedded once."""
    return embed(network, characters).scores()


@torch.inference_mode()
def embed_all(network: SiameseNetwork, characters: Characters) -> Tensor:
    """Every picture's embedding: float32 [characters, drawers, copies * units]."""
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
