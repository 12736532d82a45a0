"""The accuracies in files of results: on validation, on the test alphabets, of each seed."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict

from model.evaluation.standard_error import mean_and_error


class Part(BaseModel):
    """A table in a file of results; keys that a later version added are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ValidationAccuracy(Part):
    """20-way one-shot accuracy on the validation alphabets, the mean of a network's seeds.

    Attributes:
        one_shot_accuracy: 0 to 1.
        standard_error: of that mean; of a single seed, over what it was measured on.
        standard_error_over: "seeds", "alphabets" or "trials".
        runs: how many seeds.
    """

    one_shot_accuracy: float
    standard_error: float
    standard_error_over: str
    runs: int


class OneShotTest(Part):
    """20-way one-shot accuracy of one network on the test alphabets (the paper's section 4.3).

    Attributes:
        one_shot_accuracy: over the given runs, 0 to 1.
        standard_error: binomial, over the runs' one-shot trials.
        trials: how many one-shot trials the runs have.
        per_run: accuracy in each run.
        every_drawer_pair_accuracy: exact, over every pair of drawers; not to be compared with that
            over the runs, whose drawers are neat ones.
        every_drawer_pair_standard_error: over alphabets.
        per_alphabet: accuracy over every drawer pair, by alphabet.
    """

    one_shot_accuracy: float
    standard_error: float
    trials: int
    per_run: list[float]
    every_drawer_pair_accuracy: float
    every_drawer_pair_standard_error: float
    per_alphabet: dict[str, float]


class OneShotTestOverSeeds(Part):
    """Mean test accuracies of several seeds' networks, with standard errors over the seeds.

    Attributes:
        runs: how many seeds.
        one_shot_accuracy_by_seed: over the given runs, 0 to 1.
        every_drawer_pair_accuracy_by_seed: over every drawer pair, 0 to 1.
    """

    runs: int
    one_shot_accuracy: float
    standard_error: float
    one_shot_accuracy_by_seed: list[float]
    every_drawer_pair_accuracy: float
    every_drawer_pair_standard_error: float
    every_drawer_pair_accuracy_by_seed: list[float]

    @classmethod
    def of(cls, tests: list[OneShotTest]) -> Self:
        """From the tests of at least two networks."""
        runs = [test.one_shot_accuracy for test in tests]
        pairs = [test.every_drawer_pair_accuracy for test in tests]
        (accuracy, error), (pair_accuracy, pair_error) = mean_and_error(runs), mean_and_error(pairs)
        return cls(
            runs=len(tests),
            one_shot_accuracy=accuracy,
            standard_error=error,
            one_shot_accuracy_by_seed=runs,
            every_drawer_pair_accuracy=pair_accuracy,
            every_drawer_pair_standard_error=pair_error,
            every_drawer_pair_accuracy_by_seed=pairs,
        )


class VerificationTest(Part):
    """Accuracy in telling same from different characters, on pairs of test pictures.

    Attributes:
        accuracy: 0 to 1.
        standard_error: binomial, over the pairs.
        threshold: of the odds for "same", chosen on pairs of validation pictures.
        pairs: how many.
    """

    accuracy: float
    standard_error: float
    threshold: float
    pairs: int


class NetworkTest(Part):
    """Everything that is measured of a trained network.

    Attributes:
        dataset: "omniglot" or "glyphs".
        fingerprint: of the data set.
        one_shot: 20-way accuracy on the test alphabets.
        alphabets: the alphabet of each of one_shot.per_run.
        verification: where different characters are two of one alphabet.
        verification_across: where they are any two.
    """

    dataset: str
    fingerprint: str
    one_shot: OneShotTest
    alphabets: list[str]
    verification: VerificationTest
    verification_across: VerificationTest


class SeedResult(Part):
    """The result of training a configuration with one seed.

    Attributes:
        seed: of the training.
        accuracy: on validation, of its best epoch, 0 to 1; see `EpochReport`.
        standard_error: of `accuracy`.
        best_epoch: counted from 1.
        epochs: how many were trained.
        seconds: spent on them.
    """

    seed: int
    accuracy: float
    standard_error: float
    best_epoch: int
    epochs: int
    seconds: float
