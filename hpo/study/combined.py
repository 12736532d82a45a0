"""Results of networks that were combined, and the file that holds them."""

from __future__ import annotations

from pydantic import Field

from data.names import MOST_WAY
from hpo.runtime.provenance import Computer
from hpo.study.accuracies import ResultsTable
from hpo.study.given_pictures import GivenPictures


class Answering(ResultsTable):
    """What answers one-shot trials, a network or an ensemble, and what that costs.

    Attributes:
        accuracy: N-way one-shot accuracy on the validation alphabets over every pair of validation
            drawers, 0 to 1.
        standard_error: its standard error.
        parameters: number of weights.
        milliseconds: milliseconds to embed a picture, measured on the validation pictures.
    """

    accuracy: float
    standard_error: float
    parameters: int
    milliseconds: float


class Member(Answering):
    """A network of an ensemble.

    Attributes:
        folder: where it was taken from.
        sha256: SHA-256 of its file of weights.
        seed: seed of its training.
        spread: spread of its scores on the validation alphabets, see
            `model.evaluation.scores.spread`.
        besides: what it was trained on besides the training split; None if nothing.
        given_pictures: what the networks were trained on that its training was given; None if there
            were none.
    """

    folder: str
    sha256: str
    seed: int
    spread: float
    besides: str | None = None
    given_pictures: list[GivenPictures] | None = None


class Gain(ResultsTable):
    """By how much an ensemble is better than its networks are on average.

    Attributes:
        accuracy: difference of accuracies on the validation alphabets, 1 is 100 points.
        standard_error: its standard error over alphabets; None where there is a single one.
    """

    accuracy: float
    standard_error: float | None


class CombinedResults(ResultsTable):
    """The content of an ensemble's file of results.

    Attributes:
        dataset: "omniglot", "glyphs" or "folder:PATH".
        fingerprint: fingerprint of the data set.
        way: N of the N-way one-shot trials.
        members: its networks.
        ensemble: the networks together.
        gain: gain of the ensemble over the members' mean.
        standard_error_over: what all standard errors are over: "alphabets", or a single one's
            "characters".
        versions, commit, computer, device: what the figures depend on, see `StudyResults`.
    """

    dataset: str
    fingerprint: str
    way: int = MOST_WAY
    members: list[Member]
    ensemble: Answering
    gain: Gain
    standard_error_over: str
    versions: dict[str, str] = Field(default_factory=dict)
    commit: str | None = None
    computer: Computer | None = None
    device: str
