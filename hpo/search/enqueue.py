"""Configurations of one's own, tried by a study before its sampler proposes more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import optuna

from data.errors import InputError
from data.system_files import passed_over
from hpo.database.enqueue_once import enqueue_once
from hpo.database.swap import swap
from hpo.runtime.dotted_keys import leaves, whole
from hpo.runtime.literal_text import say
from hpo.storage.convergence import convergence
from hpo.storage.found_results import sqlite_file
from hpo.storage.stored_results import StoredResults
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.space import fill, parameters
from hpo.study.transfer import nearest
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import reached_limit
from model.config import RunConfig
from model.config_file import as_toml, read_config

STARTED_WITH = "start_with"
"""The study attribute that lists the files whose configurations were tried first."""
SUFFIXES = (".toml", ".json", ".yaml", ".yml")
SHOWN = 5
"""How many differences a line tells of; of the others it says how many they are."""


@dataclass(frozen=True)
class Enqueued:
    """A configuration that a study tries next.

    Attributes:
        file: where it was read from.
        differences: what the study tries instead, as "KEY VALUE instead of VALUE"; and what its
            sampler chooses, as "KEY left to the sampler".
    """

    file: Path
    differences: list[str]

    def in_words(self) -> str:
        """What is tried, in one line.

        >>> Enqueued(Path("a.toml"), []).in_words()
        'a.toml: is tried next, as it is'
        >>> Enqueued(Path("a.toml"), ["network.units 64 instead of 60"]).in_words()
        'a.toml: is tried next, with network.units 64 instead of 60'
        """
        if not self.differences:
            return f"{self.file}: is tried next, as it is"
        more = len(self.differences) - SHOWN
        rest = f" and {more} more" if more > 0 else ""
        return f"{self.file}: is tried next, with {', '.join(self.differences[:SHOWN])}{rest}"


def enqueue(study: optuna.Study, config: StudyConfig, files: list[Path]) -> list[Enqueued]:
    """Lets a study try configurations next, in this order, as trials like any other.

    Each becomes the configuration of the study's space that is nearest to it, see
    `hpo.study.transfer.nearest`. All files are read before the first is enqueued.

    Args:
        study: the study in its storage, at work or not.
        config: its definition.
        files: configurations as `export` writes them.

    Raises:
        InputError: a file is missing or wrong, or the study searches nothing.
    """
    return _enqueued(
        config, files, lambda _, params, record: study.enqueue_trial(params, record.attributes())
    )


def what_it_waits_for(study: optuna.Study, config: StudyConfig, workspace: Workspace) -> str | None:
    """Why a study that is done tries nothing that is enqueued, and what must happen first.

    None if it goes on by itself, or by the same `run`.

    Args:
        study: the study in its storage.
        config: its definition.
        workspace: where its results may be, if not where its storage is or they were written to.
    """
    results, found = _results(study, workspace), convergence(study, config)
    limit = reached_limit(study.get_trials(deepcopy=False), config)
    why, until = [], []
    if results is not None:
        why.append("is tested")
        until.append(f"{results} is removed")
    if found is not None:
        why.append(found.in_words())
        until.append("its `stop` is changed")
    if limit is not None:
        why.append(limit)
        until.append("`run` allows more")
    return f"{'; '.join(why)}: this waits until {' and '.join(until)}" if until else None


def _results(study: optuna.Study, workspace: Workspace) -> str | None:
    """The file whose results keep `run` from searching further; None if none do."""
    stored = StoredResults.of(study)
    if stored is None:
        return None
    database = sqlite_file(workspace.storage)
    folders = [workspace.folder, Path(stored.folder), *([database.parent] if database else [])]
    places = [replace(workspace, folder=folder) for folder in folders]
    for place in places:
        with suppress(InputError):  # something else is there
            if stored.are_in(place):
                return str(place.results.absolute())
    if any(map(stored.is_removed_from, places)):
        return None
    return f"the {workspace.results.name} of the folder that `run` is given"


def has_searched(study: optuna.Study) -> bool:
    """Whether a study has trials that it was not given: it has begun, whatever it is to begin with.

    So have studies of earlier versions, which did not keep that they were given none.
    """
    records = map(TrialRecord.of, study.get_trials(deepcopy=False))
    return any(record.warm_start is None and record.enqueued is None for record in records)


def start_with(study: optuna.Study, config: StudyConfig) -> list[Enqueued]:
    """Lets a study try the configurations `config.start_with` first, once in its life.

    Of a folder it takes all its files of configurations, by name: `export` names the best first.

    Args:
        study: the new study in its storage.
        config: its definition.

    Raises:
        InputError: a file is missing or wrong, a folder has none, or the study searches nothing.
    """
    if not config.start_with or has_searched(study):
        swap(study, STARTED_WITH, None, [])  # decided
    if (begun := study.user_attrs.get(STARTED_WITH)) is not None:
        for given in config.start_with or ():
            if not any(Path(given) in (file, file.parent) for file in map(Path, begun)):
                say(f"{config.name}: was begun without start_with {given}, which has no effect now")
        return []
    files = _files_to_start_with(config)
    found = _enqueued(
        config, files, lambda file, *what: enqueue_once(study, f"start with {file}", *what)
    )
    study.set_user_attr(STARTED_WITH, [str(file) for file in files])
    return found


def check_start_with(config: StudyConfig) -> None:
    """Checks, before a study is made, that its `start_with` can be read and brought into its space.

    Raises:
        InputError: as `start_with`.
    """
    if config.start_with:
        _enqueued(config, _files_to_start_with(config), lambda *_: None)


def _files_to_start_with(config: StudyConfig) -> list[Path]:
    return [file for given in config.start_with or () for file in _files(config, Path(given))]


def _enqueued(
    config: StudyConfig,
    files: list[Path],
    enqueue: Callable[[Path, dict[str, Any], TrialRecord], None],
) -> list[Enqueued]:
    if not parameters(config):
        raise InputError(f"study {config.name}: searches nothing, so all its trials are the same")
    found = []
    for file, run in [(file, read_config(file)) for file in files]:
        params = nearest(config, run)
        enqueue(file, params, TrialRecord(enqueued=file.name))
        found.append(Enqueued(file, list(_differences(config, run, params))))
    return found


def _files(config: StudyConfig, given: Path) -> list[Path]:
    try:
        if not given.exists():
            raise InputError(f"study {config.name}: start_with: {given}: no such file or folder")
        if not given.is_dir():
            return [given]
        entries = sorted(given.iterdir())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"study {config.name}: start_with: {given}: cannot be read: {reason}"
        ) from None
    files = [file for file in entries if file.suffix in SUFFIXES and not passed_over(file.name)]
    if not files:
        raise InputError(
            f"study {config.name}: start_with: {given}: holds no file of a configuration"
        )
    return files


def _differences(config: StudyConfig, run: RunConfig, params: dict[str, Any]) -> Iterator[str]:
    """What distinguishes a configuration from the one that the study tries in its place."""
    left = {p.key for p in parameters(config) if p.name not in params}
    tried = fill(config, lambda p: params.get(p.name, p.values[0]))
    tried["train"]["seed"] = run.train.seed
    document = whole(RunConfig.model_validate(tried))
    for key in sorted(left):
        yield f"{key} left to the sampler"
    given, own = leaves(whole(run)), leaves(document)
    for key in sorted(given.keys() | own.keys()):
        if key not in left and given.get(key) != own.get(key):
            yield f"{key} {_shown(own, key)} instead of {_shown(given, key)}"


def _shown(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    return "none" if value is None else as_toml(value)
