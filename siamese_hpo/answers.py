"""Which classes pictures are of, as objects and as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from hpo.classify.answers import Answer


@dataclass(frozen=True)
class Answers:
    """Which class each query is of.

    Attributes:
        classes: those of the support, in their order.
        rows: an answer for each query drawing, see `Answer`: name, chosen (the class, or
            "unknown"), nearest, known, probability, same, probabilities.
    """

    classes: list[str]
    rows: list[Answer]

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> Answer:
        return self.rows[number]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each query, by its name: class, and how probable it is, see `Answer`."""
        rows = [(row.chosen, row.known, row.probability, row.same) for row in self]
        return pd.DataFrame(rows, self._queries, ["class", "known", "probability", "same"])

    @property
    def probabilities(self) -> pd.DataFrame:
        """The probability of every class, given that a query is of one: a row for each query."""
        rows = [[row.probabilities[name] for name in self.classes] for row in self]
        return pd.DataFrame(rows, self._queries, pd.Index(self.classes, name="class"))

    @property
    def _queries(self) -> pd.Index[str]:
        return pd.Index([row.name for row in self], name="query")
