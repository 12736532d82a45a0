"""Notes where Optuna's dashboard looks for them: among the attributes of the study.

As optuna_dashboard's own save_note writes them; but that reads the notes of all trials to write
one, and its import takes each worker seconds and a hundred megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count, takewhile
from typing import Any

import optuna

LONGEST = 2045
"""Characters in an attribute; a longer note takes several."""
STUDY = "dashboard:"


def read_note(study: optuna.Study) -> str:
    """The study's note; "" where it has none."""
    return "".join(_parts(study._storage.get_study_system_attrs(study._study_id)))


def write_note(study: optuna.Study, text: str) -> None:
    """Puts the text in the place of the study's note."""
    attributes = study._storage.get_study_system_attrs(study._study_id)
    version = attributes.get(f"{STUDY}note_ver", 0) + 1
    _write(study, STUDY, text, version, len(_parts(attributes)))


def write_trial_note(trial: optuna.Trial, text: str) -> None:
    """Gives an unfinished trial its note."""
    _write(trial.study, f"{STUDY}{trial._trial_id}:", text, version=1)


def _parts(attributes: Mapping[str, Any]) -> list[str]:
    keys = takewhile(attributes.__contains__, (f"{STUDY}note_str:{i}" for i in count()))
    return [attributes[key] for key in keys]


def _write(study: optuna.Study, owner: str, text: str, version: int, parts_before: int = 0) -> None:
    parts = [text[start : start + LONGEST] for start in range(0, len(text), LONGEST)]
    parts += [""] * (parts_before - len(parts))
    for number, part in enumerate(parts):
        study._storage.set_study_system_attr(study._study_id, f"{owner}note_str:{number}", part)
    # Last: without it there is no note.
    study._storage.set_study_system_attr(study._study_id, f"{owner}note_ver", version)
