"""The paper's own search: what its space is worth, samplers compared, the best trained for long.

Each part keeps what is done in the experiment's folder, which may be packed and taken to another
machine at any time: the databases of the searches, the checkpoints of what was interrupted.
"""

from __future__ import annotations

from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.settings import FORMS, SMALLEST, Settings
from hpo.reproduce.paper_search.worth import worth, worth_rows
from hpo.reproduce.table import Column, Table
from hpo.study.file import load_study


def settings_for(context: Context) -> Settings:
    """The experiment at the context's picture size."""
    return Settings(
        studies={form: load_study(name) for form, name in FORMS[context.size].items()},
        fixed=SMALLEST if context.size == "small" else None,
    )


def run(context: Context, settings: Settings | None = None) -> Table:
    """All parts, or the one that the context names."""
    settings = settings or settings_for(context)
    rows, details = [], {}
    if context.part in (None, "worth"):
        found = worth(context, settings)
        rows += worth_rows(found, settings)
        details["worth"] = found
    pairs = settings.worth_steps * settings.worth_pairs
    return Table(
        title="the paper's own search",
        of="what",
        columns=(Column("here"), Column("paper")),
        rows=rows,
        notes=(
            f"Random configurations saw {pairs} pairs each; 20-way within alphabet, every drawer"
            " pair of the validation alphabets. Above an untrained network: by a point more than"
            " the best of the untrained ones.",
        ),
        details=details,
    )
