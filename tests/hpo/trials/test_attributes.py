"""Attributes that another program wrote: what no worker stores counts as absent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.trial import TrialState

from hpo.compare.curves import curve
from hpo.compare.rows import rows
from hpo.compare.studies import compared
from hpo.console.status import status
from hpo.console.status_view import status_lines
from hpo.dashboard.notes import study_note
from hpo.database.opening import open_storage
from hpo.report.search import timeline
from hpo.report.text import searched
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace, default_url
from hpo.study.file import load_study
from hpo.study.space import parameters
from hpo.trials.attributes import TrialRecord
from hpo.trials.forecast import Standing

CONFIG = load_study("glyphs")
NO_WORKERS = [
    *({"seconds": number} for number in (-5.0, 1e308, -1e308, float("inf"), float("nan"))),
    *({"pictures_per_second": number} for number in (-900.0, 1e308, 5e-324, -1e-9)),
    *({"standard_error": number} for number in (-0.1, 1e308)),
    *({"parameters": number} for number in (-1, 1 << 80)),
    {"best_epoch": -3},
    {"seed": -1},
    {"deaths": {"count": -1, "epochs": 0}},
    {"deaths": {"count": 1, "epochs": 1 << 80}},
    *({"heartbeat": f"{year}-01-01T00:00:00+14:00"} for year in ("0001", "9999")),
]


@pytest.mark.parametrize("numbers", NO_WORKERS, ids=str)
def test_numbers_that_no_worker_stores_stop_nothing(
    numbers: dict[str, Any], tmp_path: Path
) -> None:
    url = default_url(tmp_path)
    study = open_study(CONFIG, open_storage(url, create=True))
    space = parameters(CONFIG)
    for state in (TrialState.COMPLETE, TrialState.RUNNING):
        trial = optuna.create_trial(
            state=state,
            value=0.5 if state is TrialState.COMPLETE else None,
            params={p.name: p.values[0] for p in space},
            distributions={p.name: CategoricalDistribution([p.values[0]]) for p in space},
            user_attrs={"seed": 1, "seconds": 2.0, "pictures_per_second": 9.0} | numbers,
            intermediate_values={1: 0.5},
        )
        study.add_trial(trial)
    trials = study.get_trials(deepcopy=False)
    (name,) = numbers
    assert [getattr(TrialRecord.of(trial), name) for trial in trials] == [None, None]
    for some in (trials, trials[:1], trials[1:]):
        Standing.of(some, CONFIG)
    workspace = Workspace.of(CONFIG.name, tmp_path)
    assert status_lines(status(study, CONFIG, workspace), workspace)
    assert study_note(study, CONFIG)
    assert searched(CONFIG, trials)
    assert timeline(trials).title
    curve(trials)
    other = open_study(CONFIG.model_copy(update={"name": "other"}), open_storage(url, create=False))
    other.add_trial(trial)
    assert rows(compared([CONFIG.name, "other"], url))


@pytest.mark.parametrize(
    "numbers",
    [
        {"seconds": 0.0},
        {"seconds": 1e7, "pictures_per_second": 0.01},
        {"pictures_per_second": 3e6, "parameters": 38_951_745, "best_epoch": 200},
        {"standard_error": 0.0, "seed": 0},
    ],
)
def test_what_workers_may_store_is_read(numbers: dict[str, Any]) -> None:
    found = TrialRecord.of(optuna.create_trial(value=0.5, user_attrs=numbers))
    assert found.attributes() == numbers
