"""One-shot and verification accuracy, with standard errors. Each picture is embedded once.

In float32, unless the caller sets a precision with `autocast`: in bfloat16 alone a prediction can
depend on how many pictures are embedded together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import torch
from torch import Tensor

from data.batches import draw_pairs, seeded
from data.characters import Characters
from data.one_shot_runs import OneShotRun, run_pictures
from model.device import autocast
from model.evaluation.embeddings import Embedded, embed, scores_within
from model.evaluation.scores import Accuracy, one_shot_accuracy
from model.network.siamese import SiameseNetwork

CLOSE = 0.03
"""Scores closer than this part of a query's range of scores are compared in float32.

Three times what was enough: of four networks' 400 official answers each, trained and untrained,
bfloat16 alone changed one answer of two of them; with 0.01 none changed.
"""
VERIFICATION_PAIRS = 10_000
"""As many as the paper validates on (section 4.2)."""


@dataclass(frozen=True)
class RunsAccuracy:
    """Accuracy over given one-shot runs, with its binomial standard error over `trials`."""

    accuracy: float
    standard_error: float
    trials: int
    per_run: list[float]

    @classmethod
    def of(cls, answers: Sequence[Tensor]) -> RunsAccuracy:
        """From the answers to each run; the right one is the query's own position."""
        correct = [answer == torch.arange(len(answer)) for answer in answers]
        everything = torch.cat(correct).double()
        accuracy = float(everything.mean())
        return cls(
            accuracy=accuracy,
            standard_error=sqrt(accuracy * (1 - accuracy) / len(everything)),
            trials=len(everything),
            per_run=[float(run.double().mean()) for run in correct],
        )


@dataclass(frozen=True)
class VerificationAccuracy:
    """Accuracy over test pairs at the threshold that was best on validation pairs."""

    accuracy: float
    standard_error: float
    threshold: float
    pairs: int


def one_shot_exact(network: SiameseNetwork, characters: Characters, way: int = 20) -> Accuracy:
    """Expected accuracy of within-alphabet trials; see `one_shot_accuracies`.

    Raises:
        ValueError: an alphabet has fewer than `way` characters.
    """
    return one_shot_accuracy(scores_within(network, characters), way)


@torch.inference_mode()
def predict_runs(
    network: SiameseNetwork, characters: Characters, runs: Sequence[OneShotRun]
) -> list[Tensor]:
    """For each run, which support each query is most similar to: int64 [way] per run.

    The right answer is the query's own position. Where the device has bfloat16, that decides what
    is clear, and float32 the close calls: the answers are those of float32 throughout.
    """
    network.eval()
    pictures = [torch.cat(run_pictures(characters, run)) for run in runs]
    ways = [len(run.characters) for run in runs]
    with autocast(characters.device):
        quick = _embed_cells(network, characters, torch.cat(pictures))
    scores = [
        network.score(part[way:], part[:way])
        for part, way in zip(torch.split(quick, [2 * way for way in ways]), ways, strict=True)
    ]
    # A support that could still be the best: for each query, always more than none.
    open_calls = [
        s >= s.amax(1, keepdim=True) - CLOSE * (s.amax(1) - s.amin(1))[:, None] for s in scores
    ]
    closely = [calls & (calls.sum(1, keepdim=True) > 1) for calls in open_calls]
    wanted = [
        cells[torch.cat((calls.any(0), calls.any(1))).cpu()]
        for cells, calls in zip(pictures, closely, strict=True)
    ]
    exact = torch.split(
        _embed_cells(network, characters, torch.cat(wanted)), [len(w) for w in wanted]
    )
    answers = []
    for quick_scores, calls, embeddings in zip(scores, closely, exact, strict=True):
        support, query = calls.any(0), calls.any(1)
        if query.any():
            left, right = embeddings[int(support.sum()) :], embeddings[: int(support.sum())]
            decided = quick_scores[query]
            decided[:, support] = network.score(left, right)
            quick_scores[query] = decided.masked_fill(~calls[query], -torch.inf)
        answers.append(quick_scores.argmax(1).cpu())
    return answers


def _embed_cells(network: SiameseNetwork, characters: Characters, cells: Tensor) -> Tensor:
    """Embeddings of pictures named by (character, drawer), int64 [n, 2]; each embedded once."""
    if not len(cells):
        return torch.empty(0, network.config.units, device=characters.device)
    columns = len(characters.drawers)
    flat = cells.to(characters.device)
    distinct, place = torch.unique(flat[:, 0] * columns + flat[:, 1], return_inverse=True)
    pictures = characters.pictures[distinct // columns, distinct % columns].unsqueeze(1)
    embedded = [network.embed(part.float() / 255) for part in torch.split(pictures, 100)]
    return torch.cat(embedded)[place]


def one_shot_runs(
    network: SiameseNetwork, characters: Characters, runs: Sequence[OneShotRun]
) -> RunsAccuracy:
    """Accuracy over given runs, such as the 20 official ones (the paper's section 4.3)."""
    return RunsAccuracy.of(predict_runs(network, characters, runs))


@torch.inference_mode()
def embedded_runs(embedded: Embedded, runs: Sequence[OneShotRun]) -> RunsAccuracy:
    """The same of characters that are embedded already."""
    answers, vectors = [], embedded.vectors
    for run in runs:
        support, query = run_pictures(embedded.characters, run)
        left, right = (vectors[cells[:, 0], cells[:, 1]] for cells in (query, support))
        answers.append(embedded.likeness.score(left, right).argmax(1).cpu())
    return RunsAccuracy.of(answers)


def verification(
    network: SiameseNetwork,
    validation: Characters,
    test: Characters,
    seed: int = 0,
    across: bool = False,
) -> VerificationAccuracy:
    """Same or different, over 10 000 pairs of the test characters (the paper's section 4.2).

    The threshold is the one that was best on as many validation pairs. The paper does not say
    whether the characters of a different pair are any two (`across`) or of one alphabet.
    """
    return verify(
        scored_pairs(network, embed(network, validation), seed, across),
        scored_pairs(network, embed(network, test), seed + 1, across),
    )


class ScoredPairs(NamedTuple):
    """Random pairs of pictures.

    Attributes:
        scores: float32 [pairs].
        same: whether both are of one character, bool [pairs].
    """

    scores: Tensor
    same: Tensor


def verify(validation: ScoredPairs, test: ScoredPairs) -> VerificationAccuracy:
    """Accuracy over test pairs at the threshold that is best on validation pairs."""
    scores, same = validation
    order = scores.argsort()
    # Cutting below position i calls the i lowest scores different.
    lows = torch.cat((torch.zeros(1), (~same[order]).double().cumsum(0).cpu()))
    highs = int(same.sum()) - torch.cat((torch.zeros(1), same[order].double().cumsum(0).cpu()))
    ordered = scores[order].cpu()
    right = lows + highs
    right[1:-1][ordered[1:] == ordered[:-1]] = -1  # no threshold parts equal scores
    cut = int(right.argmax())
    edges = torch.cat((ordered[:1] - 1, (ordered[1:] + ordered[:-1]) / 2, ordered[-1:] + 1))
    threshold = float(edges[cut])
    accuracy = float(((test.scores > threshold) == test.same).double().mean())
    count = len(test.scores)
    error = sqrt(accuracy * (1 - accuracy) / count)
    return VerificationAccuracy(accuracy, error, threshold, count)


@torch.inference_mode()
def scored_pairs(
    network: SiameseNetwork, embedded: Embedded, seed: int, across: bool = False
) -> ScoredPairs:
    """10 000 random pairs, half of them of one character; `across` as in `draw_pairs`."""
    generator = seeded(torch.device("cpu"), seed)
    pairs = draw_pairs(embedded.characters, VERIFICATION_PAIRS, generator, across)
    pairs = pairs.to(embedded.vectors.device)
    left, right = (embedded.vectors[pairs[:, side, 0], pairs[:, side, 1]] for side in (0, 1))
    return ScoredPairs(network.score_pairs(left, right), pairs[:, 0, 0] == pairs[:, 1, 0])
