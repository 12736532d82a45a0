"""Rejection: when a picture is of none of the known classes, and `unknown` is the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from pydantic import BaseModel, ConfigDict
from scipy.optimize import minimize
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from model.evaluation.classify import pooled


class Rejection(BaseModel):
    """How sure an answer must be, as chosen for one network.

    An answer of score s, with a runner-up of score r, is right with the probability
    sigmoid(score * s + margin * (s - r) + shift), where half of all queries are of no class.

    Attributes:
        score: weight of the best class's score.
        margin: weight of its lead over the second best.
        shift: added to both.
        rival: usual score of the second best, for where there is one class alone.
        least: least probability of an answer; below, it is `unknown`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    score: float
    margin: float
    shift: float
    rival: float
    least: float

    def known(self, scores: Tensor) -> Tensor:
        """Probability that each query's best class is right: [queries, classes] -> [queries].

        Example:
            >>> rule = Rejection(score=0.5, margin=0.5, shift=-1, rival=-2, least=0.5)
            >>> rule.known(torch.tensor([[4.0, -2.0], [-2.0, -2.0]])) >= rule.least
            tensor([ True, False])
        """
        best, second = _two_best(scores, self.rival)
        return (self.score * best + self.margin * (best - second) + self.shift).sigmoid()


class Quality(BaseModel):
    """How often a rejection is mistaken.

    Attributes:
        shots: how many known pictures each class has.
        accuracy: share of known queries that are answered rightly if none is rejected.
        false_refusal: share of these right answers that are rejected.
        false_acceptance: share of unknown queries that are not.
        silently_wrong: share of known queries that get a wrong class, not rejected.
        queries: how many were known; as many were unknown.
    """

    shots: int
    accuracy: float
    false_refusal: float
    false_acceptance: float
    silently_wrong: float
    queries: int


class Queries(NamedTuple):
    """Scores of queries with every class, their own among them, and without their own.

    Attributes:
        known: float32 [queries, classes].
        right: int64 [queries], the class of each.
    """

    known: Tensor
    right: Tensor

    @property
    def unknown(self) -> Tensor:
        """The scores without the query's own class: float32 [queries, classes - 1]."""
        kept = torch.ones_like(self.known, dtype=torch.bool)
        kept.scatter_(1, self.right[:, None], False)
        return self.known[kept].view(len(self.known), -1)


def trial_queries(
    scores: Mapping[str, Tensor],
    way: int,
    shots: int,
    seed: int = 0,
    pooling: Callable[[Tensor, Tensor], Tensor] = pooled,
) -> Queries:
    """One-shot trials of characters of one alphabet, or k-shot ones.

    Every drawer is the query's once with every choice of neighbours among the others as support.

    Args:
        scores: scores of the alphabets to choose on, by more than `shots` drawers; see
            `scores_within`.
        way: characters of a trial, at most those of the smallest alphabet.
        shots: known pictures of each class, by drawers other than the query's.
        seed: seed of the choice of characters.
        pooling: makes a class's score of its pictures', see `pooled`.
    """
    dice = torch.Generator().manual_seed(seed)
    owners = torch.arange(way).repeat_interleave(shots)
    known = []
    for of_alphabet in scores.values():
        own = of_alphabet.cpu()
        characters, drawers = own.shape[:2]
        for query in range(drawers):
            for start in range(1, drawers):
                support = [
                    (query + 1 + (start - 1 + k) % (drawers - 1)) % drawers for k in range(shots)
                ]
                chosen = torch.randperm(characters, generator=dice)[:way]
                every = own[chosen, query][:, chosen][:, :, support]
                known.append(pooling(every.flatten(1), owners))
    return Queries(torch.cat(known), torch.arange(way).repeat(len(known)))


def choose_rejection(queries: Queries) -> Rejection:
    """Fits the probability to queries of a class and of none, and chooses the least one.

    The least probability is that at which the shares of right answers that are rejected, and of
    unknown queries that are not, have the least sum (Youden 1950).
    """
    known, unknown = queries.known.double(), queries.unknown.double()
    is_right = known.argmax(1) == queries.right
    rival = float(known.topk(2).values[:, 1].median())
    pairs = [torch.stack(_two_best(scores, rival)) for scores in (known, unknown)]
    best, second = torch.cat(pairs, 1)
    wanted = torch.cat([is_right, torch.zeros(len(unknown), dtype=torch.bool)]).double()

    def loss(values: Sequence[float]) -> float:
        logits = values[0] * best + values[1] * (best - second) + values[2]
        return float(binary_cross_entropy_with_logits(logits, wanted))

    score, margin, shift = minimize(loss, [0.5, 0.5, -1.0], method="Nelder-Mead").x.tolist()
    free = Rejection(score=score, margin=margin, shift=shift, rival=rival, least=0)
    right, none = free.known(known)[is_right], free.known(unknown)
    steps = torch.linspace(0, 1, 201, dtype=torch.float64)
    mistakes = torch.tensor([_share(right < at) + _share(none >= at) for at in steps])
    return free.model_copy(update={"least": round(float(steps[mistakes.argmin()]), 3)})


def quality(rejection: Rejection, queries: Queries, shots: int) -> Quality:
    """Measures a rejection on other queries than those it was chosen on, or on the same."""
    known = rejection.known(queries.known) >= rejection.least
    is_right = queries.known.argmax(1) == queries.right
    return Quality(
        shots=shots,
        accuracy=_share(is_right),
        false_refusal=_share(~known[is_right]),
        false_acceptance=_share(rejection.known(queries.unknown) >= rejection.least),
        silently_wrong=_share(known & ~is_right),
        queries=len(known),
    )


def _share(there: Tensor) -> float:
    return float(there.double().mean()) if len(there) else 0.0


def _two_best(scores: Tensor, rival: float) -> tuple[Tensor, Tensor]:
    if scores.shape[1] == 1:
        return scores[:, 0], torch.full_like(scores[:, 0], rival)
    best, second = scores.topk(2).values.unbind(1)
    return best, second
