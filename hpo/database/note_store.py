"""Notes where Optuna's dashboard looks for them: among the attributes of the study.

As optuna_dashboard's own save_note writes them; but that reads the notes of all trials to write
one, and its import takes each worker seconds and a hundred megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count, takewhile
from typing import Any

import optuna

from hpo.database.optuna_private import storage_of, study_id, trial_id

LONGEST = 2045
"""Characters in an attribute; a longer note takes several."""
STUDY = "dashboard:"


def read_note(study: optuna.Study) -> str:
    """The study's note; "" where it has none."""
    return "".join(_parts(storage_of(study).get_study_system_attrs(study_id(study))))


def write_note(study: optuna.Study, text: str) -> None:
    """Puts the text in the place of the study's note."""
    attributes = storage_of(study).get_study_system_attrs(study_id(study))
    version = attributes.get(f"{STUDY}note_ver", 0) + 1
    _write(study, STUDY, text, version, len(_parts(attributes)))


def write_trial_note(trial: optuna.Trial, text: str) -> None:
    """Gives an unfinished trial its note."""
    _write(trial.study, f"{STUDY}{trial_id(trial)}:", text, version=1)


def _parts(attributes: Mapping[str, Any]) -> list[str]:
    keys = takewhile(attributes.__contains__, (f"{STUDY}note_str:{i}" for i in count()))
    return [attributes[key] for key in keys]


def _write(study: optuna.Study, owner: str, text: str, version: int, parts_before: int = 0) -> None:
    write_parts(study, f"{owner}note_str:", text, parts_before)
    # Last: without it there is no note.
    storage_of(study).set_study_system_attr(study_id(study), f"{owner}note_ver", version)


def write_parts(study: optuna.Study, key: str, text: str, parts_before: int) -> None:
    """Writes a text to attributes of the study: the key, and behind it each part's number.

    Args:
        parts_before: number of parts of the text that it replaces; those too many become empty.
    """
    parts = [text[start : start + LONGEST] for start in range(0, len(text), LONGEST)]
    parts += [""] * (parts_before - len(parts))
    for place, part in enumerate(parts):
        storage_of(study).set_study_system_attr(study_id(study), f"{key}{place}", part)
