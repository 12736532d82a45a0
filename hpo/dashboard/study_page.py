"""What the dashboard shows of a study as a whole, its note and its plots, brought up to date."""

from __future__ import annotations

import logging
from math import log as logarithm

import optuna
from optuna.trial import FrozenTrial

from hpo.dashboard.notes import save_study_note
from hpo.database.opening import STORAGE_ERRORS
from hpo.runtime.process_identity import this_process
from hpo.storage.convergence import with_trials_to_be_done
from hpo.study.definition import StudyConfig
from hpo.study.results import StudyResults
from hpo.trials.budget import counts
from hpo.trials.configuration import own_trials
from hpo.trials.forecast import Forecast, forecast
from hpo.trials.outcome import complete_trials
from hpo.trials.ranking import best_trials, front

GROWTH = 1.5
"""The growth in the number of finished trials after which the plots are drawn anew."""

log = logging.getLogger(__name__)


def refresh_after(study: optuna.Study, config: StudyConfig, finished: FrozenTrial) -> None:
    """Brings the study's page up to date, if need be, after a worker has finished a trial.

    The note tells of a new best trial, or one on the Pareto front, at once. All else follows at
    growing intervals, so that it costs next to nothing however large the study gets.
    """
    trials = study.get_trials(deepcopy=False)
    done, best = counts(trials).done, best_trials(study, config, 1)
    tops = {trial.number for trial in best}
    if (found := front(study, config)) is not None:
        tops |= {trial.number for trial in found.trials}
    drawn = bool(done) and _interval(done) > _interval(done - 1)
    if drawn or finished.number in tops:
        # This worker is between two trials.
        left = forecast(
            trials, with_trials_to_be_done(study, trials, config), worker=this_process()
        )
        refresh(study, config, plots=drawn, left=left)


def refresh(
    study: optuna.Study,
    config: StudyConfig,
    results: StudyResults | None = None,
    plots: bool = True,
    left: Forecast | None = None,
) -> None:
    """Writes the study's note and draws its plots. A failure is logged, but for the storage's own.

    Args:
        results: what it found, once it is finished.
        plots: False leaves them as they are.
        left: what is left of it; None works it out from the trials.
    """
    try:
        save_study_note(study, config, results, left)
        if plots:
            _draw(study, config)
    except STORAGE_ERRORS:
        raise
    except Exception:
        log.warning("study %s: its note or plots are not up to date", config.name, exc_info=True)


def _draw(study: optuna.Study, config: StudyConfig) -> None:
    trials = own_trials(study.get_trials(deepcopy=False), config)
    if not complete_trials(trials):
        return
    # Here, for workers seldom draw, and plotly takes long to import.
    from hpo.dashboard.plots import FIGURES
    from hpo.database.plot_store import write_plot

    for name, draw in FIGURES.items():
        figure = draw(trials, config)
        if figure is not None:
            write_plot(study, name, figure)


def _interval(done: int) -> int:
    return int(logarithm(done, GROWTH)) if done else -1
