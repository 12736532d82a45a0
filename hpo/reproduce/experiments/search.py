"""The paper's own search: what its space is worth, samplers compared, the best trained for long.

Each part keeps what is done in the experiment's folder, which may be packed and taken to another
machine at any time: the databases of the searches, the checkpoints of what was interrupted.
"""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.figures import search_figure, worth_figure
from hpo.reproduce.paper_search.longest import lengthened, longest, longest_rows
from hpo.reproduce.paper_search.searches import best_of, search_rows, searches, verdict
from hpo.reproduce.paper_search.settings import FORMS, SMALLEST, Settings
from hpo.reproduce.paper_search.worth import worth, worth_rows
from hpo.reproduce.table import Column, Row, Table
from hpo.study.file import load_study

ACCURACY = (
    "20-way within alphabet; where no other is named, over every drawer pair of the validation"
    " alphabets."
)


def settings_for(context: Context) -> Settings:
    """The experiment at the context's picture size."""
    return Settings(
        studies={form: load_study(name) for form, name in FORMS[context.size].items()},
        fixed=SMALLEST if context.size == "small" else None,
    )


def run(context: Context, settings: Settings | None = None) -> Table:
    """All parts, or the one that the context names."""
    settings = settings or settings_for(context)
    rows: list[Row] = []
    notes, details, figures = [ACCURACY], dict[str, Any](), dict[str, Figure]()
    if context.part in (None, "worth"):
        tried = worth(context, settings)
        rows += worth_rows(tried)
        notes.append(
            f"Random configurations saw {settings.worth_steps * settings.worth_pairs} pairs each."
            " Above an untrained network: by a point more than the best of the untrained ones."
        )
        details["worth"] = tried
        figures["worth"] = worth_figure(tried)
    if context.part != "worth":
        # The long training needs the searches' best; those that are done are not run again.
        found = searches(context, settings)
        rows += search_rows(found)
        notes.append(verdict(found))
        details["searches"] = [search.document() for search in found]
        figures["searches"] = search_figure(found)
        best = best_of(found)
        if context.part != "searches" and best is not None:
            networks = longest(context, settings, best)
            rows += longest_rows(networks, context)
            details["longest"] = lengthened(best, settings).model_dump(mode="json")
    return Table(
        title="the paper's own search",
        of="what",
        columns=(Column("here"), Column("original")),
        rows=rows,
        notes=notes,
        figures=figures,
        details=details,
    )
