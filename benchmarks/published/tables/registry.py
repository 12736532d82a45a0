"""Every table by the name that a marker calls it."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.published.markdown import Table
from benchmarks.published.results import Results
from benchmarks.published.tables.equal_time import earlier_ends as real_searches_earlier
from benchmarks.published.tables.equal_time import real_searches, samplers_for_real
from benchmarks.published.tables.experiments import (
    calibration,
    digits,
    experiments,
    table1,
)
from benchmarks.published.tables.own_data import own_folders, rejection, unseen_scripts
from benchmarks.published.tables.paper_search import PAPER_SEARCH
from benchmarks.published.tables.rows import rows
from benchmarks.published.tables.searches import (
    budgets,
    earlier_ends,
    early_stops,
    first_rungs,
    priors,
    promotion,
    recordings,
    replayed,
    retrained_finalists,
    retraining_time,
    seeds,
    tried,
    warm_start,
)
from benchmarks.published.tables.space import ablation, effects, shapes
from benchmarks.published.tables.speed import (
    compiled,
    neighbours,
    notes,
    overhead,
    quick_studies,
    speed,
    starts,
    steps,
    steps_before,
    threads,
    time_to_accuracy,
    training,
)
from benchmarks.published.tables.studies import (
    choices_together,
    earlier_studies,
    finalists,
    headline,
    studies,
    together,
    verification,
)
from benchmarks.published.tables.winners import (
    before_and_after,
    confusions,
    disturbed,
    weakest_alphabets,
    winners,
)
from benchmarks.published.tables.workers import (
    lockstep,
    machines_that_fail,
    workers_measured,
    workers_simulated,
)

TABLES: dict[str, Callable[[Results], Table]] = {
    "headline": headline,
    "studies": studies,
    "studies-earlier": earlier_studies,
    "finalists": finalists,
    "rows": rows,
    "together": together,
    "together-choices": choices_together,
    "winners": winners,
    "verification": verification,
    "weakest-alphabets": weakest_alphabets,
    "confusions": confusions,
    "before-and-after": before_and_after,
    "disturbed": disturbed,
    "rejection": rejection,
    "own-folders": own_folders,
    "unseen-scripts": unseen_scripts,
    "experiments": experiments,
    "table1": table1,
    "digits": digits,
    "calibration": calibration,
    **PAPER_SEARCH,
    "recordings": recordings,
    "searches": replayed("replay/quality-27-epochs.json"),
    "searches-ended-earlier": earlier_ends,
    "first-rungs": first_rungs,
    "first-rungs-budgets": budgets,
    "first-rungs-tried": tried,
    "searches-9-epochs": replayed("replay/quality.json"),
    "startup-trials": replayed("replay/startup.json"),
    "gaussian-process": replayed("replay/gp.json"),
    "real-searches-of-samplers": samplers_for_real,
    "real-searches": real_searches({"replay/equal-time.json": "`compact`"}),
    "real-searches-ended-earlier": real_searches_earlier,
    "real-searches-9-epochs": real_searches(
        {
            "replay/equal-time-9-epochs.json": "`compact` as defined then",
            "replay/equal-time-15.json": "`compact` with 15 random trials",
        }
    ),
    "promotion": promotion,
    "warm-start": warm_start,
    "early-stops": early_stops,
    "priors": priors,
    "retrained-finalists": retrained_finalists,
    "retraining-time": retraining_time,
    "seeds": seeds,
    "shapes": shapes,
    "effects": effects,
    "ablation": ablation("ablation/compact.json"),
    "ablation-quick": ablation("ablation/quick.json"),
    "ablation-continued": ablation("ablation/continued.json"),
    "ablation-taught": ablation("ablation/taught.json"),
    "speed": speed,
    "training": training,
    "steps": steps,
    "steps-before": steps_before,
    "threads": threads,
    "neighbours": neighbours,
    "compiled": compiled,
    "starts": starts,
    "quick-studies": quick_studies,
    "time-to-accuracy": time_to_accuracy,
    "notes": notes,
    "overhead": overhead,
    "workers-measured": workers_measured,
    "lockstep": lockstep,
    "machines-that-fail": machines_that_fail,
    "workers-simulated": workers_simulated,
}
