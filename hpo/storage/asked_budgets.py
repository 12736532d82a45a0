"""The budgets that several processes ask a study for, of which the largest counts."""

from __future__ import annotations

import optuna

from hpo.database.swap import briefly, swap
from hpo.runtime.process_identity import is_gone, this_process
from hpo.study.definition import StudyConfig

CHANGEABLE = "changeable"
"""The study attribute that holds what may change of the study."""
ASKED = "budgets asked for"
"""The study attribute that has the number of trials which each `run` of the study asks for."""


def settle(study: optuna.Study, config: StudyConfig) -> None:
    """Stores what may change: as in `config`, with the largest number of trials asked for.

    A process that has ended asks for nothing any more: it says so (see `asks_no_more`), or was
    killed on this machine. If it was killed elsewhere, that is not known, and what it asked for
    stays.
    """
    while True:
        stored = study.user_attrs.get(ASKED)
        others = stored if isinstance(stored, dict) else {}
        asked = {process: trials for process, trials in others.items() if not is_gone(process)}
        asked[this_process()] = config.trials
        if asked == stored or swap(study, ASKED, stored, asked):
            break
    largest = 0
    # Again, where another asked for more in between: what is written last must be the largest.
    while (now := max(asked.values())) > largest:
        largest = now
        study.set_user_attr(CHANGEABLE, config.changeable() | {"trials": largest})
        asked = study.user_attrs[ASKED]


def asks_no_more(study: optuna.Study) -> None:
    """Takes back the number of trials that this process asks for: it ends before the study does."""

    def take_back() -> None:
        stored = study.user_attrs.get(ASKED)
        while isinstance(stored, dict) and this_process() in stored:
            others = {process: n for process, n in stored.items() if process != this_process()}
            if swap(study, ASKED, stored, others):
                return
            stored = study.user_attrs.get(ASKED)

    briefly(take_back)
