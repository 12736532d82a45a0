"""The paper's own search: what its space is worth, samplers compared, the best trained for long.

Each part keeps what is done in the experiment's folder, which may be packed and taken to another
machine at any time: the databases of the searches, the checkpoints of what was interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from matplotlib.figure import Figure

from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.beside_random import beside_random, search_rows, verdict
from hpo.reproduce.paper_search.compared import Reached
from hpo.reproduce.paper_search.figures import (
    longest_figure,
    proposals_figure,
    search_figure,
    steps_figure,
    worth_figure,
)
from hpo.reproduce.paper_search.longest import (
    lengthened,
    longest,
    longest_rows,
    measured,
)
from hpo.reproduce.paper_search.most_epochs import in_most_epochs
from hpo.reproduce.paper_search.paper_size import PART as PAPER_SIZE
from hpo.reproduce.paper_search.paper_size import beside_paper_size, check_size
from hpo.reproduce.paper_search.searched import Searched, best_in_other_form, best_of
from hpo.reproduce.paper_search.searches import searches
from hpo.reproduce.paper_search.settings import FORMS, SMALLEST, Settings
from hpo.reproduce.paper_search.splits import TIMES, splits
from hpo.reproduce.paper_search.staircase import staircase
from hpo.reproduce.paper_search.table1 import table1_rows
from hpo.reproduce.paper_search.worth import worth, worth_rows
from hpo.reproduce.registry import PARTS
from hpo.reproduce.table import Column, Row, Table
from hpo.reproduce.verification import KINDS
from hpo.storage.shipped import shipped_network
from hpo.study.file import load_study
from model.config_file import read_config_and_dataset

ACCURACY = (
    "20-way within alphabet; where no other is named, over every drawer pair of the validation"
    " alphabets."
)


def settings_for(context: Context) -> Settings:
    """The experiment at the context's picture size."""
    studies = {form: load_study(name) for form, name in FORMS[context.size].items()}
    if context.size == "paper":
        return Settings(studies=studies)
    ours, _ = read_config_and_dataset(shipped_network().config)
    return Settings(studies=studies, fixed=SMALLEST, ours=ours)


@dataclass
class _Results:
    """What the parts that are done give to the table."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=lambda: [ACCURACY])
    figures: dict[str, Figure] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

    def add_compared(self, part: str, reached: dict[str, Reached], settings: Settings) -> None:
        for title, of_title in reached.items():
            self.rows += of_title.rows(f"{part}, {title}")
        self.figures[part] = steps_figure(reached)
        self.notes.append(
            f"Each training of the {part} sees {settings.split_pairs:,} pairs, if it says no other;"
            " its network is that of the best epoch on validation."
        )


def run(context: Context, settings: Settings | None = None) -> Table:
    """All parts but the one at the paper's size, or the one that the context names.

    Raises:
        InputError: the part is not of the context's size.
    """
    if context.part == PAPER_SIZE:
        check_size(context)
    settings = settings or settings_for(context)
    whole = tuple(part for part in PARTS["search"] if part != PAPER_SIZE)
    parts = whole if context.part is None else (context.part,)
    results = _Results()
    if "worth" in parts:
        _worth(context, settings, results)
    if parts != ("worth",):
        # What comes after needs the searches' best; those that are done are not run again.
        found = searches(context, settings)
        _searches(found, results)
        if (best := best_of(found)) is not None:
            _after(context, settings, best, best_in_other_form(found, best), parts, results)
    return Table(
        title="the paper's own search",
        of="what",
        columns=(Column("here"), Column("original")),
        rows=results.rows,
        notes=results.notes,
        figures=results.figures,
        details=results.details,
    )


def _worth(context: Context, settings: Settings, results: _Results) -> None:
    tried = worth(context, settings)
    results.rows += worth_rows(tried)
    results.notes.append(
        f"Random configurations saw {settings.worth_steps * settings.worth_pairs:,} pairs each."
        " Above an untrained network: by a point more than the best of the untrained ones."
    )
    results.details["worth"] = tried
    results.figures["worth"] = worth_figure(tried)


def _searches(found: list[Searched], results: _Results) -> None:
    results.rows += search_rows(found)
    results.notes.append(verdict(found))
    results.details["searches"] = [search.document() for search in found]
    results.details["beside_random"] = [one.document() for one in beside_random(found)]
    results.figures["searches"] = search_figure(found)
    results.figures["proposals"] = proposals_figure(found)


def _after(
    context: Context,
    settings: Settings,
    best: Searched,
    other: Searched | None,
    parts: tuple[str, ...],
    results: _Results,
) -> None:
    """The parts that train the searches' best configuration."""
    config = best.best
    assert config is not None
    if "longest" in parts:
        seen = measured(longest(context, settings, config), context)
        results.rows += longest_rows(seen)
        results.figures["longest"] = longest_figure({"the best": seen})
        results.details["longest"] = lengthened(config, settings).model_dump(mode="json")
    if "most-epochs" in parts:
        in_epochs = in_most_epochs(context, settings, config)
        network = f"the best in at most {settings.most_epochs} epochs"
        results.rows += longest_rows(in_epochs, network)
    if "splits" in parts:
        after_more = longest(context, settings, config)[TIMES * settings.split_pairs]
        in_other = None if other is None else other.best
        reached = splits(context, settings, config, in_other, after_more)
        results.add_compared("splits", reached, settings)
    if "staircase" in parts:
        results.add_compared("staircase", staircase(context, settings, config), settings)
    if PAPER_SIZE in parts:
        at_size = beside_paper_size(context, settings, config)
        results.rows += [row for name, by in at_size.items() for row in longest_rows(by, name)]
        results.figures[PAPER_SIZE] = longest_figure(at_size)
    if "table1" in parts:
        results.rows += table1_rows(context, settings, config)
        results.notes.append(KINDS)
    results.details["best"] = {"form": best.form, "sampler": best.sampler}
