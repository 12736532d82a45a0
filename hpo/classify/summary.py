"""What `classify` found, for people."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from hpo.classify.answers import Classified
from hpo.console.terminal import stdout
from hpo.runtime.literal_text import visible
from hpo.runtime.wording import points


def print_classes(answers: Classified) -> None:
    """Prints what `classify` found, for people."""
    table = Table("picture", "class", box=box.SIMPLE_HEAD)
    table.add_column("%", justify="right")
    table.add_column("same, %", justify="right")
    table.add_column("else, %")
    for row in answers.queries:
        others = sorted(
            ((p, name) for name, p in row.probabilities.items() if name != row.chosen),
            reverse=True,
        )
        second = f"{others[0][1]} {_chance(others[0][0])}" if others else ""
        chances = (_chance(chance) for chance in (row.probability, row.same))
        cells = (row.file, row.chosen, *chances, second)
        table.add_row(*(Text(visible(cell)) for cell in cells))
    stdout().print(table)


def _chance(probability: float) -> str:
    """In percent; what is rounded to none or all of them is neither."""
    rounded = points(probability)
    return {"0.0": "<0.1", "100.0": ">99.9"}.get(rounded, rounded)
