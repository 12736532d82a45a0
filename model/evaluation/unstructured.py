"""Unstructured accuracy: exact, over one-shot trials of characters from all alphabets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch

from model.evaluation.embeddings import Embedded
from model.evaluation.scores import chance_of_right


@torch.inference_mode()
def unstructured(embedded: Embedded, ways: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Counts N-way accuracy of one-shot trials of characters from all alphabets, by N.

    It is exact: over every choice of N characters and every pair of two drawers' numbers. All
    supports of a one-shot trial have one drawer's number, the query another; in two alphabets a
    number is two people. Accuracy within alphabets is not comparable, for characters of two
    alphabets are less alike.

    Returns:
        For each N the accuracy and its standard error, over the alphabets of the queries.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> from model.evaluation.baselines import nearest_neighbour
        >>> characters = make_glyphs().characters(["Glyphs_41", "Glyphs_42"], [17, 18], size=14)
        >>> found = unstructured(nearest_neighbour(characters), [2, 20])
        >>> found[2][0] > found[20][0]
        True
    """
    characters, vectors = embedded.characters, embedded.vectors
    count, drawers = vectors.shape[:2]
    nearer = torch.zeros(count, count, dtype=torch.int64, device=vectors.device)
    each = torch.arange(count, device=vectors.device)
    for one, other in combinations(range(drawers), 2):
        scores = embedded.likeness.score(vectors[:, one], vectors[:, other])
        for seen in (scores, scores.T):  # likeness is mutual: either picture may be the query
            # Not below, instead of at least: where scores are no numbers, every answer is wrong.
            worse = (~(seen < seen.diagonal()[:, None])).sum(1) - 1
            nearer[each, worse] += 1
    chances = chance_of_right(count, ways)
    per_character = nearer.double().cpu() @ chances / (drawers * (drawers - 1))
    means = per_character.mean(0)
    alphabets = [(per_character[rows] - means).sum(0) for rows in characters.characters_of]
    clusters = torch.stack(alphabets)
    errors = (clusters.square().sum(0) * len(clusters) / max(1, len(clusters) - 1)).sqrt() / count
    return dict(zip(ways, zip(means.tolist(), errors.tolist(), strict=True), strict=True))
