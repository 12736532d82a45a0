"""Where studies live: SQLite, or any database that SQLAlchemy reaches, through Optuna."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import StorageInternalError, UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import URL, create_engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from data.errors import InputError, WorkFailed
from hpo.study import StudyConfig
from hpo.study_file import read_study

PATIENCE = {
    "sqlite": {"timeout": 60},
    "postgresql": {"connect_timeout": 10},
    "mysql": {"connect_timeout": 10},
}
"""Seconds to wait, by database: SQLite's for another process's lock, the others' to connect."""


STORAGE_ERRORS = (StorageInternalError, SQLAlchemyError)
"""What Optuna raises when the database does not answer as it should."""


@dataclass(frozen=True)
class TrialCounts:
    """How many trials a study has; every trial is counted once.

    `complete` were trained to their end, `infeasible` are networks that cannot exist.
    """

    complete: int
    pruned: int
    failed: int
    infeasible: int
    running: int
    waiting: int


def default_url(output: Path) -> str:
    """The storage of a study whose output goes to this folder."""
    path = output / "study.db"
    # Not by hand: the name of a folder may hold what means something else in a URL.
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def open_storage(url: str, create: bool) -> RDBStorage:
    """Optuna's storage at a SQLAlchemy URL such as sqlite:///runs/quick/study.db.

    Args:
        create: make it where there is none yet, a SQLite file's folder included.

    Raises:
        InputError: it cannot be reached, is no database, or holds no studies and `create` is
            False. What is there stays as it was.
    """
    # Its lines on each study and trial; the project has its own.
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        parsed = make_url(url)
    except ArgumentError:
        hidden = re.sub(r"//.*@", "//***@", url)
        raise InputError(
            f"storage {hidden}: no database URL, such as sqlite:///runs/quick/study.db"
        ) from None
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        _find_file(parsed, create, shown)
    options: dict[str, Any] = {
        "connect_args": PATIENCE.get(parsed.get_backend_name(), {}),
        "pool_pre_ping": True,
    }
    try:
        _look_inside(parsed, options, create, shown)
        return RDBStorage(url, engine_kwargs=options)
    except ModuleNotFoundError as error:
        raise InputError(
            f"storage {shown}: needs the Python package {error.name}, which is not installed"
        ) from None
    except ArgumentError as error:
        raise InputError(f"storage {shown}: {error}") from None
    except STORAGE_ERRORS as error:
        raise InputError(f"storage {shown}: cannot be used: {_reason(error)}") from None
    except RuntimeError as error:  # Optuna: written by an incompatible version
        raise InputError(f"storage {shown}: {error}") from None


@contextmanager
def storage_failures(url: str) -> Iterator[None]:
    """Turns the failure of a storage that was open into WorkFailed, which names it."""
    try:
        yield
    except STORAGE_ERRORS as error:
        shown = make_url(url).render_as_string(hide_password=True)
        raise WorkFailed(
            f"storage {shown}: {_reason(error)}; once it answers, the same command goes on"
        ) from None


def _find_file(url: URL, create: bool, shown: str) -> None:
    """Sees to it that connecting makes no SQLite file that was not asked for."""
    if not url.database or ":memory:" in url.database or url.query.get("mode") == "memory":
        raise InputError(f"storage {shown}: names no file, so the study would be lost")
    if url.database.startswith("file:"):
        raise InputError(f"storage {shown}: must name the file by its path, as in sqlite:///a/b.db")
    path = Path(url.database)
    if path.is_dir():
        raise InputError(f"storage {shown}: is a folder, not a database")
    if not create and not path.exists():
        raise InputError(f"storage {shown}: no such file; `run` starts a study")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"storage {shown}: cannot make the folder {path.parent}: {reason}"
        ) from None


def _look_inside(url: URL, options: dict[str, Any], create: bool, shown: str) -> None:
    """Refuses a database without studies, before Optuna makes its tables there."""
    engine = create_engine(url, **options)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if "studies" in tables:
        return
    if not create:
        raise InputError(f"storage {shown}: holds no studies; `run` starts one")
    # A database server's own tables, or those of other projects, are no mistake.
    if tables and url.get_backend_name() == "sqlite":
        raise InputError(f"storage {shown}: is a database of something else, not of studies")


def _reason(error: Exception) -> str:
    """The database's own words, without SQLAlchemy's around them."""
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    text = str(getattr(cause, "orig", None) or cause or error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def open_study(config: StudyConfig, storage: RDBStorage) -> optuna.Study:
    """Starts a study, or takes it up; what may change of it becomes as in `config`.

    Raises:
        InputError: the storage holds another study of that name; names the first differences.
    """
    study = optuna.create_study(
        storage=storage, study_name=config.name, direction="maximize", load_if_exists=True
    )
    stored = _attributes(study).get("definition")
    if stored is not None:
        old = _stored_config(study).definition()
        if changes := _differences(old, config.definition()):
            more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
            raise InputError(
                f"study {config.name}: exists with another definition:"
                f" {', '.join(changes[:3])}{more}; give the changed study another name"
            )
    elif study.get_trials(deepcopy=False):
        raise InputError(f"study {config.name}: exists, and was not made by this project")
    study.set_user_attr("changeable", config.changeable())
    if stored is None:
        study.set_user_attr("definition", config.definition())
    return study


def stored_study(name: str, storage: RDBStorage) -> tuple[optuna.Study, StudyConfig]:
    """A study of the storage, and its definition.

    Raises:
        InputError: there is none of that name; names those there are.
    """
    with _readable(f"study {name}, or another beside it"):
        names = optuna.get_all_study_names(storage)
    if name not in names:
        there = f"it has {', '.join(sorted(names))}" if names else "it has none"
        raise InputError(f"study {name}: not in this storage; {there}")
    study = optuna.load_study(study_name=name, storage=storage)
    return study, _stored_config(study)


def _stored_config(study: optuna.Study) -> StudyConfig:
    name, attributes = study.study_name, _attributes(study)
    tables = attributes.get("definition"), attributes.get("changeable")
    if tables == (None, None):
        raise InputError(f"study {name}: was not made by this project")
    definition, changeable = tables
    if not isinstance(definition, dict) or not isinstance(changeable, dict):
        raise InputError(f"study {name}: what is stored of it is damaged: no tables")
    return read_study(definition | changeable, f"study {name}, as stored")


def _attributes(study: optuna.Study) -> dict[str, Any]:
    with _readable(f"study {study.study_name}"):
        return study.user_attrs


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # not JSON
        raise InputError(f"{what}: what is stored of it is damaged: {error}") from None


def counts(study: optuna.Study) -> TrialCounts:
    """The study's trials by what became of them."""
    trials = study.get_trials(deepcopy=False)
    infeasible = sum(is_infeasible(trial) for trial in trials)
    of = {state: sum(trial.state is state for trial in trials) for state in TrialState}
    return TrialCounts(
        complete=of[TrialState.COMPLETE] - infeasible,
        pruned=of[TrialState.PRUNED],
        failed=of[TrialState.FAIL],
        infeasible=infeasible,
        running=of[TrialState.RUNNING],
        waiting=of[TrialState.WAITING],
    )


def is_infeasible(trial: FrozenTrial) -> bool:
    """Whether a finished trial proposed a network that cannot exist."""
    return trial.state is TrialState.COMPLETE and any(v > 0 for v in trial.constraints.values())


def give_back(study: optuna.Study, trial: FrozenTrial | optuna.Trial) -> None:
    """A running trial waits again, with its number, parameters and reported values.

    Optuna's own `ask` takes it up before it makes a new one. Optuna has no public way for this.
    """
    with suppress(UpdateFinishedTrialError):
        study._storage.set_trial_state_values(trial._trial_id, TrialState.WAITING)


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Each changed value as "key: old -> new"."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    return [
        f"{key}: {before.get(key, 'not set')} -> {after.get(key, 'not set')}"
        for key in before | after
        if before.get(key) != after.get(key) or (key in before) != (key in after)
    ]


def _leaves(value: Any, key: str = "") -> list[tuple[str, Any]]:  # noqa: ANN401
    """All values within tables and lists, each with its dotted key."""
    if not isinstance(value, dict | list) or not value:
        return [(key, value)]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [leaf for k, v in items for leaf in _leaves(v, f"{key}.{k}" if key else str(k))]
