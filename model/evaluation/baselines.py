"""What a network must beat: likeness of pictures without any learning."""

from __future__ import annotations

import torch
from torch import Tensor

from data.characters import Characters
from model.evaluation.embeddings import Embedded


def nearest_neighbour(characters: Characters) -> Embedded:
    """The characters by Euclidean distance between raw pixels (the paper's baseline)."""
    return Embedded(_Pixels(), characters, characters.pictures.flatten(2))


def modified_hausdorff(characters: Characters) -> Embedded:
    """The characters by Dubuisson and Jain's modified Hausdorff distance (1994).

    Of two pictures' ink coordinates, each centred on its own mean, as in Lake's Omniglot baseline:
    the mean distance from a point of one to the nearest of the other, and the larger of both ways.
    """
    pictures = characters.pictures.flatten(0, 1)
    clouds = []
    for picture in pictures:
        points = picture.nonzero().float()
        clouds.append(points - points.mean(0))
    padded = torch.nn.utils.rnn.pad_sequence(clouds, batch_first=True, padding_value=torch.inf)
    return Embedded(_Clouds(), characters, padded.view(*characters.pictures.shape[:2], -1, 2))


class _Pixels:
    """Compares pictures: uint8 [pixels] each."""

    def score(self, left: Tensor, right: Tensor) -> Tensor:
        # Whole numbers below 2^53, so exact, and as good as their roots for telling the nearest.
        one, other = left.double(), right.double()
        return 2 * one @ other.T - one.square().sum(1)[:, None] - other.square().sum(1)

    def score_within(self, embeddings: Tensor) -> Tensor:
        return self.score(embeddings, embeddings)


class _Clouds:
    """Compares point clouds: float32 [points, 2] each, filled up with inf."""

    def score(self, left: Tensor, right: Tensor) -> Tensor:
        clouds = [cloud[cloud[:, 0].isfinite()] for cloud in right]
        sizes = [len(cloud) for cloud in clouds]
        down, across = torch.cat(clouds).unbind(1)
        rows = []
        for cloud in left:
            y, x = cloud[cloud[:, 0].isfinite()].unbind(1)
            # Squares: the root of the nearest alone is wanted. All clouds side by side.
            apart = (y[:, None] - down).square_().add_((x[:, None] - across).square_())
            forth = [part.amin(1).sqrt().mean() for part in apart.split(sizes, 1)]
            back = [part.mean() for part in apart.amin(0).sqrt().split(sizes)]
            rows.append(-torch.maximum(torch.stack(forth), torch.stack(back)))
        return torch.stack(rows)

    def score_within(self, embeddings: Tensor) -> Tensor:
        return self.score(embeddings, embeddings)
