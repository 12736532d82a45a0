"""One-shot accuracy on given runs and over every drawer pair, with standard errors.

Computed in float32 unless the caller sets a precision with `autocast`: in bfloat16 alone an answer
can depend on how many pictures are embedded together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from data.characters import Characters
from data.one_shot_runs import OneShotRun, run_pictures
from model.device import autocast
from model.evaluation.embeddings import Embedded, scores_within
from model.evaluation.scores import Accuracy, one_shot_accuracy
from model.evaluation.standard_error import accuracy_error
from model.network.distance import TwinNetwork

CLOSE = 0.03
"""Scores closer than this part of a query's range of scores are computed again in float32.

Three times what was enough: of four networks, trained and untrained, bfloat16 alone changed one of
400 official answers of two networks; with 0.01 no answer changed.
"""


@dataclass(frozen=True)
class RunsAccuracy:
    """Accuracy over given one-shot runs.

    Attributes:
        accuracy: share of right answers, 0 to 1.
        standard_error: binomial, over `trials`.
        trials: how many one-shot trials the runs have.
        per_run: each run's accuracy.
    """

    accuracy: float
    standard_error: float
    trials: int
    per_run: list[float]

    @classmethod
    def of(cls, answers: Sequence[Tensor]) -> RunsAccuracy:
        """Counts the right answers.

        Args:
            answers: of each run int64 [way], the support that each query is taken for, -1 if for
                none; right is the query's own position.

        Example:
            >>> found = RunsAccuracy.of([torch.tensor([0, 1, 2, 2]), torch.tensor([0, 1, 2, 3])])
            >>> found.accuracy, found.trials, found.per_run
            (0.875, 8, [0.75, 1.0])
        """
        correct = [answer == torch.arange(len(answer)) for answer in answers]
        everything = torch.cat(correct).double()
        accuracy = float(everything.mean())
        return cls(
            accuracy=accuracy,
            standard_error=accuracy_error(accuracy, len(everything)),
            trials=len(everything),
            per_run=[float(run.double().mean()) for run in correct],
        )


def one_shot_exact(
    network: TwinNetwork, characters: Characters, way: int | None = None
) -> Accuracy:
    """Measures one-shot accuracy over every drawer pair, see `one_shot_accuracies`.

    `way` is the characters' own where it is None.

    Raises:
        ValueError: an alphabet has fewer than `way` characters.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> from model.config import Convolution, NetworkConfig
        >>> from model.network.siamese import SiameseNetwork
        >>> layer = Convolution(filters=4, kernel=5, pool=True)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> characters = make_glyphs().characters(["Glyphs_41", "Glyphs_42"], [17, 18], size=14)
        >>> list(one_shot_exact(network, characters, way=5).per_alphabet)
        ['Glyphs_41', 'Glyphs_42']
    """
    return one_shot_accuracy(scores_within(network, characters), way or characters.way)


@torch.inference_mode()
def predict_runs(
    network: TwinNetwork, characters: Characters, runs: Sequence[OneShotRun]
) -> list[Tensor]:
    """Answers the one-shot trials of some runs; each picture is embedded once.

    On a device with bfloat16, that precision decides the clear answers and float32 the close ones:
    the answers are those of float32 throughout.

    Returns:
        For each run int64 [way]: the support that each query is most similar to, -1 if the highest
        score is not finite. Right is the query's own position.

    Raises:
        KeyError: the characters do not hold a run's alphabet, drawers or characters.
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
    # The supports that could still be the best: for each query at least one.
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
        answers.append(_most_similar(quick_scores))
    return answers


def _most_similar(scores: Tensor) -> Tensor:
    """The support of the highest score: [queries, supports] -> int64 [queries], on the CPU.

    It is -1 where that score is not finite: else the first support would be right by chance.
    """
    return scores.argmax(1).masked_fill(~scores.amax(1).isfinite(), -1).cpu()


def _embed_cells(network: TwinNetwork, characters: Characters, cells: Tensor) -> Tensor:
    """Embeds pictures given by indices (character, drawer), int64 [n, 2]; each only once."""
    if not len(cells):
        return torch.empty(0, 0, device=characters.device)
    columns = len(characters.drawers)
    flat = cells.to(characters.device)
    distinct, place = torch.unique(flat[:, 0] * columns + flat[:, 1], return_inverse=True)
    pictures = characters.pictures[distinct // columns, distinct % columns].unsqueeze(1)
    embedded = [network.embed(part.float() / 255) for part in torch.split(pictures, 100)]
    return torch.cat(embedded)[place]


def one_shot_runs(
    network: TwinNetwork, characters: Characters, runs: Sequence[OneShotRun]
) -> RunsAccuracy:
    """Measures accuracy on given runs, such as the 20 official ones (the paper's section 4.3).

    Raises:
        KeyError: the characters do not hold a run's alphabet, drawers or characters.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> from data.splits import held_out_characters
        >>> from model.config import Convolution, NetworkConfig
        >>> from model.network.siamese import SiameseNetwork
        >>> layer = Convolution(filters=4, kernel=5, pool=True)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> glyphs = make_glyphs()
        >>> characters = held_out_characters(glyphs, size=14, device=torch.device("cpu"))
        >>> one_shot_runs(network, characters, glyphs.runs).trials
        400
    """
    return RunsAccuracy.of(predict_runs(network, characters, runs))


@torch.inference_mode()
def embedded_runs(embedded: Embedded, runs: Sequence[OneShotRun]) -> RunsAccuracy:
    """Measures accuracy on given runs of characters that are embedded already."""
    answers, vectors = [], embedded.vectors
    for run in runs:
        support, query = run_pictures(embedded.characters, run)
        left, right = (vectors[cells[:, 0], cells[:, 1]] for cells in (query, support))
        answers.append(_most_similar(embedded.likeness.score(left, right)))
    return RunsAccuracy.of(answers)
