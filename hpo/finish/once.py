"""The end of a study that several processes run: one finishes it, all have its results."""

from __future__ import annotations

from contextlib import ExitStack

import optuna

from data.collection import Collection
from hpo.finish.calibrate import calibrate_if_missing
from hpo.finish.finalists import finish
from hpo.finish.finisher import Finisher, FinisherWatch, FinishLost, SearchGoesOn, is_searched
from hpo.runtime.interrupts import held_back, pause
from hpo.runtime.literal_text import say
from hpo.runtime.process_identity import shown
from hpo.storage.begun_anew import check_not_begun_anew
from hpo.storage.stored_results import StoredResults
from hpo.storage.studies import files_begin_with, stored_config
from hpo.storage.workspace import Workspace
from hpo.study.results import StudyResults
from hpo.workers.machine import Machine

LOOK = 1.0
"""Seconds between two looks for another process's results."""


def finish_once(
    study: optuna.Study,
    collection: Collection,
    machine: Machine,
    workspace: Workspace,
    store: str | None,
) -> StudyResults | None:
    """Finishes the study, or waits for the process that does; see `finish`.

    If that process dies, one of those that wait takes over, with what it finds in its own folder.

    Args:
        study: the searched study in its storage.
        collection: the data set.
        machine: workers of this machine.
        workspace: folder to write the results to, whoever found them.
        store: store that other machines share, for the weights; None if there is none.

    Returns:
        The study's results; None if its budget was raised meanwhile, and the search goes on.

    Raises:
        NotThere: the study was deleted, even if one of its name was begun since.
    """
    watch, told, drawn = FinisherWatch(), "", files_begin_with(study)
    while True:
        with ExitStack() as claims_made:
            with held_back():
                check_not_begun_anew(study, drawn)
                config = stored_config(study)
                if (found := StoredResults.of(study)) is not None:
                    found.write(study, workspace)
                    break
                if not is_searched(study, config):
                    return None
                claim = watch.take(study, config)
                if not isinstance(claim, Finisher):
                    if claim.process and told != claim.process:
                        told = claim.process
                        say(
                            f"{config.name}: {shown(claim.process)} retrains and tests; this"
                            " process waits for the results"
                        )
                    pause(LOOK)
                    continue
                claims_made.enter_context(claim)  # here: an interrupt comes at the block's end
            if StoredResults.of(study) is not None:
                continue
            try:
                return finish(study, config, collection, machine, workspace, claim, store)
            except SearchGoesOn:
                return None
            except FinishLost:
                say(
                    f"{config.name}: another process retrains and tests now; this one was silent"
                    " for too long"
                )
    calibrate_if_missing(workspace, collection, machine)
    return found.results
