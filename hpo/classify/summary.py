"""What `classify` found, for people."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from hpo.classify.answers import UNKNOWN, Classified
from hpo.console.terminal import stdout
from hpo.finish.calibrate import Calibrated
from hpo.runtime.literal_text import say, visible
from hpo.runtime.wording import points


def print_classes(answers: Classified) -> None:
    """Prints what `classify` found, for people."""
    table = Table("picture", "class", box=box.SIMPLE_HEAD)
    table.add_column("%", justify="right")
    table.add_column("same, %", justify="right")
    table.add_column("else, %")
    for row in answers.queries:
        refused = row.chosen == UNKNOWN
        others = sorted(
            ((p, name) for name, p in row.probabilities.items() if refused or name != row.nearest),
            reverse=True,
        )
        second = f"{others[0][1]} {_chance(others[0][0])}" if others else ""
        chances = ("" if refused else _chance(row.probability), _chance(row.same))
        cells = (row.name, row.chosen, *chances, second)
        table.add_row(*(Text(visible(cell)) for cell in cells))
    stdout().print(table)
    for row in answers.queries:
        for note in row.notes:
            say(f"{row.name}: {note}")


def _chance(probability: float) -> str:
    """A probability in percent: what would be rounded to 0 or 100 is told as <0.1 or >99.9."""
    rounded = points(probability)
    return {"0.0": "<0.1", "100.0": ">99.9"}.get(rounded, rounded)


def print_calibrated(found: Calibrated) -> None:
    """Prints what `calibrate` chose, and how often it is mistaken."""
    table = Table("known pictures of each class", box=box.SIMPLE_HEAD)
    for column in ("right, %", "refused of these", "accepted of none", "silently wrong"):
        table.add_column(column, justify="right")
    for row in found.quality:
        shares = (row.accuracy, row.false_refusal, row.false_acceptance, row.silently_wrong)
        table.add_row(str(row.shots), *(points(share) for share in shares))
    stdout().print(table)
