"""A study that was deleted and begun anew while it was in use.

SQLite gives the numbers of what was deleted again: by these alone the new study, and its trials,
would be taken for the old ones.
"""

from __future__ import annotations

import optuna

from hpo.database.waiting_storage import NotThere
from hpo.storage.studies import files_begin_with


def check_not_begun_anew(study: optuna.Study, drawn: str) -> None:
    """Makes sure that a study is still the one that a process found.

    Args:
        study: the study in its storage.
        drawn: what was drawn for it when it was begun: `files_begin_with` of the one found.

    Raises:
        NotThere: that one was deleted.
    """
    if files_begin_with(study) != drawn:
        raise NotThere(f"the study {study.study_name} was deleted, and begun anew")
