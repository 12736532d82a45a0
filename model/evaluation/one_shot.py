"""One-shot and verification accuracy, with standard errors. Each picture is embedded once.

In float32, unless the caller sets a precision with `autocast`: in bfloat16 alone a prediction can
depend on how many pictures are embedded together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor

from data.characters import Characters
from data.one_shot_runs import OneShotRun, run_pictures
from model.device import autocast
from model.evaluation.embeddings import Embedded, scores_within
from model.evaluation.scores import Accuracy, one_shot_accuracy
from model.network.siamese import SiameseNetwork

CLOSE = 0.03
"""Scores closer than this part of a query's range of scores are compared in float32.

Three times what was enough: of four networks' 400 official answers each, trained and untrained,
bfloat16 alone changed one answer of two of them; with 0.01 none changed.
"""


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
