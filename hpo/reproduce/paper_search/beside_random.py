"""Searches beside random search of the same form and repetition.

All begin with the same configurations of a person. What is compared is what each proposes itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hpo.reproduce.paper_search.searched import Searched
from hpo.reproduce.paper_search.settings import STARTS
from hpo.reproduce.table import Measured, Row, over_seeds

BASELINE = "random"


@dataclass(frozen=True)
class Beside:
    """A search, and random search in the same form with the same seed."""

    search: Searched
    random: Searched

    @property
    def gain(self) -> float:
        """By how much its best is above random search's, after as many trials; below 0: worse."""
        return self.search.value - self.random.value

    @property
    def gain_for_work(self) -> float:
        """`gain` after as many operations of training: those of the one that took fewer."""
        work = min(self.search.operations, self.random.operations)
        return self.search.after(work) - self.random.after(work)

    @property
    def part(self) -> float | None:
        """Part of random search's operations after which its best is reached; None: it never is."""
        return _part(self.search, self.random)

    @property
    def part_of_random(self) -> float | None:
        """Part of the search's operations after which random search reaches the search's best."""
        return _part(self.random, self.search)

    def document(self) -> dict[str, Any]:
        """The comparison as a table for JSON."""
        return {
            "form": self.search.form,
            "sampler": self.search.sampler,
            "repetition": self.search.repetition,
            "gain": self.gain,
            "gain_for_work": self.gain_for_work,
            "part": self.part,
            "part_of_random": self.part_of_random,
        }


def beside_random(found: Sequence[Searched]) -> list[Beside]:
    """Every other search that has a random one to be compared with."""
    random = {(s.form, s.repetition): s for s in found if s.sampler == BASELINE}
    return [
        Beside(search, random[search.form, search.repetition])
        for search in found
        if search.sampler != BASELINE and (search.form, search.repetition) in random
    ]


def search_rows(found: Sequence[Searched]) -> list[Row]:
    """Each sampler's best proposal, and by how much it is above random search's and a person's.

    Means over the repetitions.
    """
    compared = beside_random(found)
    rows = []
    for form, sampler in dict.fromkeys((search.form, search.sampler) for search in found):
        name = f"{sampler} search, {form} scales"
        searches = [s for s in found if (s.form, s.sampler) == (form, sampler)]
        beyond = [search.value - search.by_hand for search in searches]
        rows += [
            Row(f"{name}: best on validation", (_mean([s.value for s in searches]), None)),
            Row(f"{name}: above the best by hand", (_mean(beyond), None)),
        ]
        own = [b for b in compared if (b.search.form, b.search.sampler) == (form, sampler)]
        if own:
            of_trials, of_work = [b.gain for b in own], [b.gain_for_work for b in own]
            rows += [
                Row(f"{name}: above random search, as many trials", (_mean(of_trials), None)),
                Row(f"{name}: above random search, as much work", (_mean(of_work), None)),
            ]
    return rows


def verdict(found: Sequence[Searched]) -> str:
    """Whether a model-based search found more than random search, in one sentence."""
    compared = beside_random(found)
    if not compared:
        return "No search is compared with random search yet."
    more = sum(beside.gain > 0 for beside in compared)
    for_work = sum(beside.gain_for_work > 0 for beside in compared)
    sooner = sum(beside.part is not None and beside.part < 1 / 2 for beside in compared)
    by_hand = sum(search.value > search.by_hand for search in found)
    return (
        f"Of {len(compared)} model-based searches {more} proposed a better configuration than"
        f" random search of the same form and repetition by as many trials, {for_work} by as many"
        f" operations of training, and {sooner} reached random search's best in less than half its"
        f" operations. Of all {len(found)} searches {by_hand} proposed a better one than the best"
        f" of the {len(STARTS)} that a person would try first."
    )


def _part(search: Searched, of: Searched) -> float | None:
    reached = search.reaches(of.value)
    return None if reached is None or not of.operations else reached / of.operations


def _mean(values: list[float]) -> Measured:
    return over_seeds([Measured(value) for value in values])
