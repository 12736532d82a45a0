"""The winner's test accuracies: of the network that is kept, and the mean over its seeds'."""

from __future__ import annotations

from dataclasses import dataclass

from hpo.study.given_pictures import besides_in_short
from hpo.study.results import StudyResults


@dataclass(frozen=True)
class Tested:
    """A test accuracy of one network, or the mean of several.

    Attributes:
        what: the networks that were tested, in words.
        accuracy: 0 to 1.
        error: its standard error.
        over: what the error is over.
    """

    what: str
    accuracy: float
    error: float
    over: str


def tested(results: StudyResults) -> tuple[list[Tested], list[Tested]]:
    """The winner's test accuracies, over the given runs and over every drawer pair.

    First the network that is kept; then, where several seeds' networks were tested, their mean.
    """
    test, several = results.test, results.test_over_seeds
    pictures, given = results.winner.config.train.pictures, results.given_pictures or []
    besides = besides_in_short(pictures, given)
    own = f"this study's winner{f', trained on {besides}' if besides else ''}"
    runs = [Tested(own, test.one_shot_accuracy, test.standard_error, f"{test.trials} trials")]
    pairs = [
        Tested(
            own,
            test.every_drawer_pair_accuracy,
            test.every_drawer_pair_standard_error,
            test.error_over,
        )
    ]
    if several is not None:
        what = f"mean of its {several.runs} seeds"
        runs.append(Tested(what, several.one_shot_accuracy, several.standard_error, "seeds"))
        pairs.append(
            Tested(
                what,
                several.every_drawer_pair_accuracy,
                several.every_drawer_pair_standard_error,
                "seeds",
            )
        )
    return runs, pairs
