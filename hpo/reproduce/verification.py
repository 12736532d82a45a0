"""Same or different: how often networks are right about pairs of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from data.splits import SplitsOf, paper_splits
from hpo.finish.held_out import verification_characters
from hpo.reproduce.context import Context
from hpo.reproduce.table import Measured, over_seeds
from hpo.reproduce.trainings import Kept
from model.evaluation.embeddings import embed
from model.evaluation.verification import VerificationAccuracy, scored_pairs, verify

KINDS = (
    "Of the different pairs, half of all, both characters are of one alphabet (the harder kind),"
    " or any two, as re-implementations draw them; each kind has its own threshold, chosen on"
    " validation pairs of that kind."
)
"""The note below every table that has both kinds."""


class Verified(NamedTuple):
    """Accuracy on fresh pairs of the validation split, and of the test split.

    Both at the threshold that is best on other validation pairs of the same kind.
    """

    validation: Measured
    test: Measured


def verified(
    trained: Sequence[Kept], context: Context, splits: SplitsOf = paper_splits
) -> dict[bool, Verified]:
    """The mean over seeds, by whether different pairs are of any two characters (`across`)."""
    characters = verification_characters(context.collection, context.pixels, context.device, splits)
    single: dict[bool, list[Verified]] = {False: [], True: []}
    for training in trained:
        network = training.network(context)
        validation, test = (embed(network, part) for part in characters)
        for across, results in single.items():
            chosen_on, fresh, held_out = (
                scored_pairs(network, part, seed, across)
                for part, seed in ((validation, 0), (validation, 1), (test, 1))
            )
            on = (_measured(verify(chosen_on, pairs)) for pairs in (fresh, held_out))
            results.append(Verified(*on))
    return {
        across: Verified(*(over_seeds(of_split) for of_split in zip(*results, strict=True)))
        for across, results in single.items()
    }


def _measured(accuracy: VerificationAccuracy) -> Measured:
    return Measured(accuracy.accuracy, accuracy.standard_error, f"{accuracy.pairs} pairs")
