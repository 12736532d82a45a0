"""Baselines: likeness of pictures without any learning, which a network must beat."""

from __future__ import annotations

import torch
from torch import Tensor

from data.characters import Characters
from model.evaluation.embeddings import Embedded


def nearest_neighbour(characters: Characters) -> Embedded:
    """Compares characters by Euclidean distance between raw pixels (the paper's baseline).

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> from model.evaluation.scores import one_shot_accuracy
        >>> characters = make_glyphs().characters(["Glyphs_41"], [17, 18], size=14)
        >>> 0 < one_shot_accuracy(nearest_neighbour(characters).scores(), way=20).value < 1
        True
    """
    return Embedded(_Pixels(), characters, characters.pictures.flatten(2))


def modified_hausdorff(characters: Characters) -> Embedded:
    """Compares characters by Dubuisson and Jain's modified Hausdorff distance (1994).

    As in Lake's Omniglot baseline, it is between the coordinates of two pictures' ink, each centred
    on their own mean: the mean distance from a point of one picture to the nearest point of the
    other, in the direction in which it is larger.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> characters = make_glyphs().characters(["Glyphs_41"], [17], size=14)
        >>> embedded = modified_hausdorff(characters)
        >>> pictures = embedded.vectors[:3, 0]
        >>> embedded.likeness.score(pictures, pictures).argmax(1).tolist()
        [0, 1, 2]
    """
    pictures = characters.pictures.flatten(0, 1)
    clouds = []
    for picture in pictures:
        points = picture.nonzero().float()
        clouds.append(points - points.mean(0))
    padded = torch.nn.utils.rnn.pad_sequence(clouds, batch_first=True, padding_value=torch.inf)
    return Embedded(_Clouds(), characters, padded.view(*characters.pictures.shape[:2], -1, 2))


class _Pixels:
    """Compares pictures, each uint8 [pixels]."""

    def score(self, left: Tensor, right: Tensor) -> Tensor:
        # Squared distances: exact, as whole numbers below 2^53, and in the order of their roots.
        one, other = left.double(), right.double()
        return 2 * one @ other.T - one.square().sum(1)[:, None] - other.square().sum(1)

    def score_within(self, embeddings: Tensor) -> Tensor:
        return self.score(embeddings, embeddings)


class _Clouds:
    """Compares point clouds, each float32 [points, 2], padded with inf."""

    def score(self, left: Tensor, right: Tensor) -> Tensor:
        clouds = [cloud[cloud[:, 0].isfinite()] for cloud in right]
        sizes = [len(cloud) for cloud in clouds]
        down, across = torch.cat(clouds).unbind(1)
        rows = []
        for cloud in left:
            y, x = cloud[cloud[:, 0].isfinite()].unbind(1)
            # Squared, for only the nearest points' roots are needed; all clouds side by side.
            apart = (y[:, None] - down).square_().add_((x[:, None] - across).square_())
            forth = [part.amin(1).sqrt().mean() for part in apart.split(sizes, 1)]
            back = [part.mean() for part in apart.amin(0).sqrt().split(sizes)]
            rows.append(-torch.maximum(torch.stack(forth), torch.stack(back)))
        return torch.stack(rows)

    def score_within(self, embeddings: Tensor) -> Tensor:
        return self.score(embeddings, embeddings)
