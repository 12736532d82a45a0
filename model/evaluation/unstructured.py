"""Exact one-shot accuracy of trials that take their characters from all alphabets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch

from model.evaluation.embeddings import Embedded
from model.evaluation.scores import chance_of_right


@torch.inference_mode()
def unstructured(embedded: Embedded, ways: Sequence[int]) -> dict[int, tuple[float, float]]:
    """For each N, accuracy of N-way trials of characters from all alphabets; its standard error.

    Expected over every choice of N characters out of the whole pool and every pair of two drawers'
    numbers, the number for all characters of a trial the same: beyond one alphabet it is no
    single person. The error is over the alphabets that the right characters are of.

    Not comparable with accuracy within alphabets: characters of two alphabets are less alike.
    """
    characters, vectors = embedded.characters, embedded.vectors
    count, drawers = vectors.shape[:2]
    nearer = torch.zeros(count, count, dtype=torch.int64, device=vectors.device)
    each = torch.arange(count, device=vectors.device)
    for one, other in combinations(range(drawers), 2):
        scores = embedded.likeness.score(vectors[:, one], vectors[:, other])
        for seen in (scores, scores.T):  # likeness is mutual: either may be the query
            worse = (seen >= seen.diagonal()[:, None]).sum(1) - 1
            nearer[each, worse] += 1
    chances = chance_of_right(count, ways)
    per_character = nearer.double().cpu() @ chances / (drawers * (drawers - 1))
    means = per_character.mean(0)
    alphabets = [(per_character[rows] - means).sum(0) for rows in characters.characters_of]
    clusters = torch.stack(alphabets)
    errors = (clusters.square().sum(0) * len(clusters) / max(1, len(clusters) - 1)).sqrt() / count
    return dict(zip(ways, zip(means.tolist(), errors.tolist(), strict=True), strict=True))
