"""Accuracies in files of results: on validation, on the test alphabets, of each seed."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict

from data.names import MOST_WAY
from model.evaluation.standard_error import mean_and_error


class ResultsTable(BaseModel):
    """A table in a file of results; keys that a later version added are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ValidationAccuracy(ResultsTable):
    """N-way one-shot accuracy on the validation alphabets, the mean of a network's seeds.

    Attributes:
        one_shot_accuracy: 0 to 1.
        standard_error: standard error of that mean, 0 to 1.
        standard_error_over: what the error is over: "seeds", or for a single seed "alphabets",
            a single one's "characters", or one-shot "trials".
        runs: number of seeds.
    """

    one_shot_accuracy: float
    standard_error: float
    standard_error_over: str
    runs: int


class OneShotTest(ResultsTable):
    """N-way one-shot accuracy of one network on the test alphabets (the paper's section 4.3).

    Attributes:
        one_shot_accuracy: accuracy over the given runs, 0 to 1.
        standard_error: its standard error, binomial over the runs' one-shot trials.
        trials: number of one-shot trials in the runs.
        per_run: accuracy in each run.
        every_drawer_pair_accuracy: exact accuracy over every pair of drawers, 0 to 1; not to be
            compared with that over the runs, whose drawers are neat ones.
        every_drawer_pair_standard_error: its standard error, over alphabets; of a single one, over
            its characters.
        per_alphabet: accuracy over every drawer pair, by alphabet.
    """

    one_shot_accuracy: float
    standard_error: float
    trials: int
    per_run: list[float]
    every_drawer_pair_accuracy: float
    every_drawer_pair_standard_error: float
    per_alphabet: dict[str, float]

    @property
    def error_over(self) -> str:
        """What the standard error over every drawer pair is over."""
        return "characters" if len(self.per_alphabet) == 1 else "alphabets"


class OneShotTestOverSeeds(ResultsTable):
    """Mean test accuracies of several seeds' networks, with standard errors over the seeds.

    Attributes:
        runs: number of seeds.
        one_shot_accuracy: mean accuracy over the given runs, 0 to 1.
        standard_error: its standard error.
        one_shot_accuracy_by_seed: accuracy over the given runs, of each seed.
        every_drawer_pair_accuracy: mean accuracy over every drawer pair, 0 to 1.
        every_drawer_pair_standard_error: its standard error.
        every_drawer_pair_accuracy_by_seed: accuracy over every drawer pair, of each seed.
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
        """The means over the tests of at least two networks."""
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


class VerificationTest(ResultsTable):
    """Verification accuracy: telling same from different characters, on pairs of test pictures.

    Attributes:
        accuracy: share of pairs that are told right, 0 to 1.
        standard_error: its standard error, binomial over the pairs.
        threshold: score above which a pair is called the same character, chosen on pairs of
            validation pictures.
        pairs: number of pairs.
    """

    accuracy: float
    standard_error: float
    threshold: float
    pairs: int


class NetworkTest(ResultsTable):
    """Test results of a trained network: one-shot and verification accuracy.

    Attributes:
        dataset: "omniglot", "glyphs" or "folder:PATH".
        fingerprint: fingerprint of the data set.
        way: N of the N-way one-shot trials.
        networks: how many trained networks answer as one; 1 if it is no ensemble.
        one_shot: N-way one-shot accuracy on the test alphabets.
        alphabets: alphabet of each of the given runs, as in one_shot.per_run.
        verification: verification accuracy where different characters are two of one alphabet.
        verification_across: verification accuracy where different characters are any two.
        besides: what it was trained on besides the training split, in words; None if nothing.
    """

    dataset: str
    fingerprint: str
    way: int = MOST_WAY
    networks: int = 1
    one_shot: OneShotTest
    alphabets: list[str]
    verification: VerificationTest
    verification_across: VerificationTest
    besides: str | None = None


class SeedResult(ResultsTable):
    """The result of training a configuration with one seed.

    Attributes:
        seed: seed of the training.
        accuracy: validation accuracy of its best epoch, 0 to 1; see `EpochReport`.
        standard_error: standard error of `accuracy`.
        standard_error_over: what it is over: "alphabets", a single one's "characters", or one-shot
            "trials".
        best_epoch: the best epoch, counted from 1.
        epochs: number of epochs trained.
        seconds: seconds that they took.
    """

    seed: int
    accuracy: float
    standard_error: float
    standard_error_over: str = "alphabets"
    best_epoch: int
    epochs: int
    seconds: float
