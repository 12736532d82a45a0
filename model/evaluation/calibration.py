"""Whether the probabilities that a network gives are those that pairs of pictures bear out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from scipy.optimize import minimize
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from model.evaluation.verification import ScoredPairs

BINS = 15


class Bin(NamedTuple):
    """Pairs whose probability is about the same.

    Attributes:
        probability: their mean probability to be of one character.
        same: the share of them that is.
        pairs: how many they are.
    """

    probability: float
    same: float
    pairs: int


@dataclass(frozen=True)
class Reliability:
    """How far probabilities are right.

    Attributes:
        bins: those of `BINS` equally wide ones that hold any pair: the reliability diagram.
    """

    bins: list[Bin]

    @property
    def error(self) -> float:
        """Expected calibration error, 0 to 1 (Guo et al. 2017).

        The mean distance, over pairs, between their bin's `probability` and `same`.
        """
        distances = (b.pairs * abs(b.probability - b.same) for b in self.bins)
        return sum(distances) / sum(b.pairs for b in self.bins)


@dataclass(frozen=True)
class Calibration:
    """Over the test pairs, by what was fitted to the validation pairs' cross-entropy.

    Attributes:
        before: nothing fitted: the sigmoid of the scores.
        after: temperature scaling: the sigmoid of score / `temperature`.
        temperature: above 1 where the network is overconfident.
        after_shift: of score / T + shift, both fitted (Platt 1999): one loss, `nca`, compares
            scores with each other alone and never trains the bias that they have in common.
    """

    before: Reliability
    after: Reliability
    temperature: float
    after_shift: Reliability


def calibration(validation: ScoredPairs, test: ScoredPairs) -> Calibration:
    """Calibration of a network on test pairs, before and after scaling."""
    slope, _ = _fit(validation, shifted=False)
    steeper, shift = _fit(validation, shifted=True)
    return Calibration(
        before=reliability(test.scores.sigmoid(), test.same),
        after=reliability((slope * test.scores).sigmoid(), test.same),
        temperature=1 / slope,
        after_shift=reliability((steeper * test.scores + shift).sigmoid(), test.same),
    )


def reliability(probabilities: Tensor, same: Tensor) -> Reliability:
    """Probabilities, float [pairs], beside what they are about, bool [pairs]."""
    found, wanted = probabilities.double().cpu(), same.cpu()
    number = (found * BINS).long().clamp(max=BINS - 1)
    bins = [
        Bin(float(found[chosen].mean()), float(wanted[chosen].double().mean()), int(chosen.sum()))
        for chosen in (number == b for b in range(BINS))
        if chosen.any()
    ]
    return Reliability(bins)


def _fit(pairs: ScoredPairs, *, shifted: bool) -> tuple[float, float]:
    """The slope, above 0, and the shift (else 0) that give the least cross-entropy."""
    scores, same = pairs.scores.double().cpu(), pairs.same.double().cpu()

    def loss(values: list[float]) -> float:
        slope, shift = torch.tensor(values[:1]).exp(), values[1] if shifted else 0.0
        return float(binary_cross_entropy_with_logits(slope * scores + shift, same))

    start = [0.0, 0.0] if shifted else [0.0]
    log_slope, *shift = minimize(loss, start, method="Nelder-Mead").x.tolist()
    return float(torch.tensor(log_slope).exp()), shift[0] if shifted else 0.0
