"""The whole evaluation of one trained network: each picture is embedded once, for everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from data.characters import Characters
from data.one_shot_runs import OneShotRun
from data.sources.mnist import as_characters
from data.splits import Splits
from model.evaluation.calibration import Calibration, calibration
from model.evaluation.digits import DigitsAccuracy, digits_accuracy
from model.evaluation.embeddings import embed
from model.evaluation.one_shot import (
    RunsAccuracy,
    VerificationAccuracy,
    embedded_runs,
    scored_pairs,
    verify,
)
from model.evaluation.scores import Accuracy, one_shot_accuracies
from model.network.siamese import SiameseNetwork

WAYS = range(2, 21)


@dataclass(frozen=True)
class Evaluation:
    """Everything that the paper and its re-implementations measure of one network.

    Attributes:
        runs: over the given runs: neat drawers.
        ways: by N, within each evaluation alphabet over every pair of all drawers; `over` takes
            some of the alphabets.
        verification: over pairs of the test split, the threshold from the validation split.
        calibration: over the same pairs.
        digits: MNIST scaled as in the paper; None where there is none.
        redrawn_digits: the same, drawn again with Omniglot's pen.
    """

    runs: RunsAccuracy
    ways: dict[int, Accuracy]
    verification: VerificationAccuracy
    calibration: Calibration
    digits: DigitsAccuracy | None
    redrawn_digits: DigitsAccuracy | None


def evaluate(
    network: SiameseNetwork,
    characters: Characters,
    splits: Splits,
    runs: Sequence[OneShotRun],
    digits: Tensor | None,
) -> Evaluation:
    """Measures a network in every way.

    Args:
        network: on the characters' device.
        characters: all evaluation alphabets by all drawers.
        splits: whose validation and test pairs verification is about.
        runs: of the characters.
        digits: uint8 [10, columns, 28, 28] as `load_mnist` gives them.
    """
    embedded = embed(network, characters)
    validation = scored_pairs(network, embedded.part(*splits.validation), 0)
    test = scored_pairs(network, embedded.part(*splits.test), 1)

    def on_digits(redrawn: bool) -> DigitsAccuracy | None:
        if digits is None:
            return None
        alphabet = as_characters(digits, characters.size, redrawn=redrawn)
        return digits_accuracy(embed(network, alphabet.to(characters.device)))

    return Evaluation(
        runs=embedded_runs(embedded, runs),
        ways=one_shot_accuracies(embedded.scores(), WAYS),
        verification=verify(validation, test),
        calibration=calibration(validation, test),
        digits=on_digits(redrawn=False),
        redrawn_digits=on_digits(redrawn=True),
    )
