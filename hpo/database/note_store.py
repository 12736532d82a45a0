"""Notes where Optuna's dashboard looks for them: among the attributes of the study.

As optuna_dashboard's own save_note writes them; but that reads the notes of all trials to write
one, which is needed here behind Optuna's proxy alone, its import takes each worker seconds and a
hundred megabytes, and what somebody else wrote meanwhile is lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count, takewhile
from typing import Any, NamedTuple

import optuna
from optuna.storages import RDBStorage
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from hpo.database.optuna_private import STUDIES, SYSTEM_ATTRIBUTES, storage_of, study_id, trial_id
from hpo.database.waiting_storage import WaitingStorage

LONGEST = 2045
"""Characters in an attribute; a longer note takes several."""


class Note(NamedTuple):
    """The note of a study or of a trial, as it is stored.

    Attributes:
        text: text in Markdown; "" where there is none.
        version: how often it was written.
        parts: number of attributes that it takes.
    """

    text: str
    version: int
    parts: int


NO_NOTE = Note("", 0, 0)
"""What `read_note` gives where no note was written."""


class _ChangedMeanwhile(Exception):  # noqa: N818 - nobody's fault
    """The note is not what it was."""


def read_note(of: optuna.Study | optuna.Trial) -> Note:
    """The note of a study or of a trial.

    Raises:
        NotThere: the study was deleted.
    """
    study, owner = _owner(of)
    storage = storage_of(study)
    if isinstance(storage, WaitingStorage) and storage.database is not None:
        return storage.ask(_read, storage.database, study_id(study), owner)
    return _note(storage.get_study_system_attrs(study_id(study)), owner)


def replace_note(of: optuna.Study | optuna.Trial, before: Note, text: str) -> bool:
    """Puts a text in the place of a note, if this is still what it was; else nothing changes.

    In a database that is one step, so that nobody reads half of it. Behind Optuna's proxy there are
    only steps: the version is the first, by which others see that the note is being written.

    Args:
        of: the study or the trial.
        before: the note when it was read.
        text: the new one.

    Returns:
        Whether the note was written. False, too, where it was and the database's answer was lost.

    Raises:
        NotThere: the study was deleted.
    """
    study, owner = _owner(of)
    storage = storage_of(study)
    parts = {
        f"{owner}note_str:{place}": part for place, part in enumerate(_parts(text, before.parts))
    }
    if isinstance(storage, WaitingStorage) and storage.database is not None:
        what = (study_id(study), owner, before, parts)
        return storage.ask(_replace, storage.database, *what)
    if read_note(of) != before:
        return False
    storage.set_study_system_attr(study_id(study), f"{owner}note_ver", before.version + 1)
    for key, part in parts.items():
        storage.set_study_system_attr(study_id(study), key, part)
    return True


def write_parts(study: optuna.Study, key: str, text: str, parts_before: int) -> None:
    """Writes a text to attributes of the study: the key, and behind it each part's number.

    Args:
        parts_before: number of parts of the text that it replaces; those too many become empty.
    """
    for place, part in enumerate(_parts(text, parts_before)):
        storage_of(study).set_study_system_attr(study_id(study), f"{key}{place}", part)


def _parts(text: str, parts_before: int) -> list[str]:
    parts = [text[start : start + LONGEST] for start in range(0, len(text), LONGEST)]
    return parts + [""] * (parts_before - len(parts))


def _owner(of: optuna.Study | optuna.Trial) -> tuple[optuna.Study, str]:
    """The study, and what the keys of its own note, or of its trial's, begin with."""
    if isinstance(of, optuna.Study):
        return of, "dashboard:"
    return of.study, f"dashboard:{trial_id(of)}:"


def _note(attributes: Mapping[str, Any], owner: str) -> Note:
    keys = takewhile(attributes.__contains__, (f"{owner}note_str:{i}" for i in count()))
    parts = [attributes[key] for key in keys]
    return Note("".join(parts), attributes.get(f"{owner}note_ver", 0), len(parts))


def _read(database: RDBStorage, study: int, owner: str) -> Note:
    with database.engine.connect() as connection:
        return _read_by(connection, study, owner)


def _read_by(connection: Connection, study: int, owner: str) -> Note:
    this = select(STUDIES.c.study_id).where(STUDIES.c.study_id == study)
    if connection.scalar(this) is None:
        raise KeyError("no such study")  # as Optuna itself says it
    stored = SYSTEM_ATTRIBUTES.c
    its_own = stored.key.startswith(f"{owner}note_", autoescape=True)
    found = select(stored.key, stored.value_json).where(stored.study_id == study, its_own)
    return _note({key: json.loads(value) for key, value in connection.execute(found)}, owner)


def _replace(
    database: RDBStorage, study: int, owner: str, before: Note, parts: Mapping[str, str]
) -> bool:
    version = f"{owner}note_ver"
    try:
        with database.engine.begin() as connection:
            # First, so that of several at one moment the others wait here for the one.
            is_same = _update(connection, study, version, before.version + 1, before.version)
            now = _read_by(connection, study, owner)
            # The dashboard writes a new version first, and then its parts.
            if (before.version and not is_same) or now.text != before.text:
                raise _ChangedMeanwhile
            if not is_same:
                _insert(connection, study, version, 1)
            for key, part in parts.items():
                if not _update(connection, study, key, part):
                    _insert(connection, study, key, part)
    except (IntegrityError, _ChangedMeanwhile):
        return False
    return True


def _update(
    connection: Connection, study: int, key: str, value: str | int, before: int | None = None
) -> bool:
    """Changes an attribute that there is; with `before`, only one of this value."""
    stored = SYSTEM_ATTRIBUTES.c
    this = update(SYSTEM_ATTRIBUTES).where(stored.study_id == study, stored.key == key)
    if before is not None:
        this = this.where(stored.value_json == json.dumps(before))
    return bool(connection.execute(this.values(value_json=json.dumps(value))).rowcount)


def _insert(connection: Connection, study: int, key: str, value: str | int) -> None:
    row = {"study_id": study, "key": key, "value_json": json.dumps(value)}
    connection.execute(insert(SYSTEM_ATTRIBUTES).values(row))
