"""Calibration: whether a network's probabilities that two pictures show one character are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from scipy.optimize import minimize
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from model.evaluation.verification import ScoredPairs

BINS = 15
"""Equally wide bins of probabilities, from 0 to 1."""


class Bin(NamedTuple):
    """A bin: pairs of about equal probability.

    Attributes:
        probability: mean probability that a pair shows one character.
        same: share of pairs that show one character.
        pairs: how many pairs the bin holds.
    """

    probability: float
    same: float
    pairs: int


@dataclass(frozen=True)
class Reliability:
    """How reliable probabilities are.

    Attributes:
        bins: the bins that hold a pair, by probability: the reliability diagram.
    """

    bins: list[Bin]

    @property
    def error(self) -> float:
        """Expected calibration error, 0 to 1 (Guo et al. 2017).

        The mean over pairs of the distance between `probability` and `same` of their bins.
        """
        distances = (b.pairs * abs(b.probability - b.same) for b in self.bins)
        return sum(distances) / sum(b.pairs for b in self.bins)


@dataclass(frozen=True)
class Calibration:
    """A network's calibration on test pairs, before and after scaling its scores.

    Temperature and shift are those with the least cross-entropy on validation pairs.

    Attributes:
        before: reliability of sigmoid(score).
        after: reliability of sigmoid(score / temperature): temperature scaling (Guo et al. 2017).
        temperature: above 1 if the network is overconfident.
        after_shift: reliability of sigmoid(score / T + shift), both fitted (Platt 1999). The losses
            "nca" and "one-shot" compare scores with each other only and never train the bias of
            them all.
    """

    before: Reliability
    after: Reliability
    temperature: float
    after_shift: Reliability


def calibration(validation: ScoredPairs, test: ScoredPairs) -> Calibration:
    """Measures calibration on test pairs, before and after scaling fitted to validation pairs.

    Example:
        >>> scores = torch.linspace(-3, 3, 1000)
        >>> same = torch.rand(1000, generator=torch.Generator().manual_seed(0)) < scores.sigmoid()
        >>> overconfident = ScoredPairs(4 * scores, same)
        >>> found = calibration(overconfident, overconfident)
        >>> found.temperature > 2, found.after.error < found.before.error
        (True, True)
    """
    slope, _ = _fit(validation, shifted=False)
    steeper, shift = _fit(validation, shifted=True)
    return Calibration(
        before=reliability(test.scores.sigmoid(), test.same),
        after=reliability((slope * test.scores).sigmoid(), test.same),
        temperature=1 / slope,
        after_shift=reliability((steeper * test.scores + shift).sigmoid(), test.same),
    )


def reliability(probabilities: Tensor, same: Tensor) -> Reliability:
    """Compares probabilities with what happened.

    Args:
        probabilities: float [pairs], that a pair shows one character.
        same: bool [pairs], whether it does.

    Example:
        >>> found = reliability(torch.tensor([0.9, 0.9, 0.1]), torch.tensor([True, False, False]))
        >>> round(found.error, 2), [part.pairs for part in found.bins]
        (0.3, [1, 2])
    """
    found, wanted = probabilities.double().cpu(), same.cpu()
    number = (found * BINS).long().clamp(max=BINS - 1)
    bins = [
        Bin(float(found[chosen].mean()), float(wanted[chosen].double().mean()), int(chosen.sum()))
        for chosen in (number == b for b in range(BINS))
        if chosen.any()
    ]
    return Reliability(bins)


def _fit(pairs: ScoredPairs, *, shifted: bool) -> tuple[float, float]:
    """Slope, above 0, and shift (0 if not `shifted`) with the least cross-entropy."""
    scores, same = pairs.scores.double().cpu(), pairs.same.double().cpu()

    def loss(values: list[float]) -> float:
        slope, shift = torch.tensor(values[:1]).exp(), values[1] if shifted else 0.0
        return float(binary_cross_entropy_with_logits(slope * scores + shift, same))

    start = [0.0, 0.0] if shifted else [0.0]
    log_slope, *shift = minimize(loss, start, method="Nelder-Mead").x.tolist()
    return float(torch.tensor(log_slope).exp()), shift[0] if shifted else 0.0
