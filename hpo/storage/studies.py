"""Studies in a storage: started, taken up, found again."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import BaseStorage

from data.errors import InputError
from data.names import MOST_WAY
from hpo.database.opening import open_storage, storage_failures
from hpo.database.swap import briefly, swap
from hpo.database.urls import without_password
from hpo.runtime.dotted_keys import leaves
from hpo.storage.asked_budgets import CHANGEABLE, asks_no_more, settle
from hpo.storage.workspace import Workspace
from hpo.study import objectives
from hpo.study.definition import StudyConfig
from hpo.study.file import read_study

if TYPE_CHECKING:  # torch takes a second to import, and `status` does without it
    from data.collection import Collection

DEFINITION, FINGERPRINT, WAY = "definition", "fingerprint", "way"
"""The study attributes that hold what it is, which data set it is on, and N of its N-way trials."""
EXTRA = "extra fingerprint"
"""The study attribute that holds which extra alphabets it trains on; not there if none."""
NETWORKS, GIVEN_PICTURES = "given networks", "pictures of given networks"
"""The study attributes that hold the SHA-256 of each network that its trainings are given, by path,
and what these networks were trained on, see `GivenPictures`."""
STORAGE = "storage"
"""The study attribute that tells how to join: the storage's URL, without password."""
CHECKPOINTS, ARTIFACTS = "artifact_store", "artifacts"
"""The study attributes that tell where its stores are, of checkpoints and of trials' artifacts."""
WARM_START = "warm_start"
"""The study attribute that lists the older study's trials which were tried first."""
FILES = "files begin with"
"""The study attribute that has what the study's files in a shared store begin with."""


def open_study(
    config: StudyConfig,
    storage: BaseStorage,
    check: Callable[[optuna.Study], object] = lambda _: None,
) -> optuna.Study:
    """Starts a study, or takes it up; what may change of it becomes as in `config`.

    Of the budgets that several processes ask for the largest counts; see `settle`.

    Args:
        config: its definition.
        storage: where it is, or will be.
        check: what else may refuse the study; called before anything changes of one that is there.

    Raises:
        InputError: the storage holds another study of that name; names the first differences.
    """
    study = optuna.create_study(
        storage=storage,
        study_name=config.name,
        directions=objectives.directions(config),
        load_if_exists=True,
    )
    # Trials first: who started the study just now set its definition before any.
    trials = study.get_trials(deepcopy=False)
    stored = DEFINITION in _attributes(study)
    if trials and not stored:
        raise InputError(f"study {config.name}: exists, and was not made by this project")
    if stored or not _begin(study, config):
        _check_same(study, config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        study.set_metric_names(objectives.metric_names(config))
    check(study)
    try:
        settle(study, config)
    except BaseException:
        asks_no_more(study)
        raise
    return study


def _check_same(study: optuna.Study, config: StudyConfig) -> None:
    old = _read(study, config.changeable()).spelt_out()
    if changes := _differences(old, config.spelt_out()):
        more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
        raise InputError(
            f"study {config.name}: exists with another definition:"
            f" {', '.join(changes[:3])}{more}; give the changed study another name"
        )


def _begin(study: optuna.Study, config: StudyConfig) -> bool:
    """Stores what a study without trials is; False where another process was faster.

    Raises:
        InputError: whoever made it would have its values otherwise: another program, or a process
            that was killed before it came here.
    """
    wanted = objectives.directions(config)
    if (there := [direction.name.lower() for direction in study.directions]) != wanted:
        raise InputError(
            f"study {config.name}: exists without trials, and is to {' and '.join(there)}, where"
            f" this one is to {' and '.join(wanted)}; give this one another name"
        )
    # Studies of one name in several databases may share a store.
    swap(study, FILES, None, f"{config.name}-{secrets.token_hex(4)}")
    return swap(study, DEFINITION, None, config.unchangeable())


@dataclass(frozen=True)
class Stores:
    """The stores of a study's workers, each a folder or s3://BUCKET.

    Attributes:
        checkpoints: the last epoch of each unfinished trial.
        artifacts: what finished trials carry for the dashboard.
    """

    checkpoints: str
    artifacts: str

    @property
    def shared(self) -> str | None:
        """The store that was named for both; None where they are folders of a study's own."""
        return self.checkpoints if self.checkpoints == self.artifacts else None

    def save(self, study: optuna.Study) -> None:
        """Stores with the study where its stores are, for other machines."""
        study.set_user_attr(CHECKPOINTS, self.checkpoints)
        study.set_user_attr(ARTIFACTS, self.artifacts)

    @classmethod
    def of(cls, study: optuna.Study) -> Self | None:
        """The stores that the study's last `run` took; None before one has come that far."""
        attributes = _attributes(study)
        if CHECKPOINTS not in attributes:
            return None
        # Studies of the first versions tell of no artifacts.
        return cls(attributes[CHECKPOINTS], attributes.get(ARTIFACTS, ""))


def keep_fingerprint(study: optuna.Study, collection: Collection) -> None:
    """Stores the data set's fingerprint with a study that has none, and checks that it is this one.

    Raises:
        InputError: it is on another.
    """
    check_fingerprint(study, collection)
    swap(study, FINGERPRINT, None, collection.fingerprint)
    if collection.extra is not None:
        swap(study, EXTRA, None, collection.extra.fingerprint)
    check_fingerprint(study, collection)  # another process may have been faster
    study.set_user_attr(WAY, collection.way)


def way_of(study: optuna.Study) -> int:
    """N of the N-way one-shot trials that the study's accuracies are of."""
    # Studies of the first versions were all on Omniglot or the glyphs.
    way: int = _attributes(study).get(WAY, MOST_WAY)
    return way


def check_fingerprint(study: optuna.Study, collection: Collection) -> None:
    """Makes sure that the study is on this data set.

    Raises:
        InputError: it is on another.
    """
    stored = _attributes(study).get(FINGERPRINT)
    if stored not in (None, collection.fingerprint):
        raise InputError(
            f"study {study.study_name}: is on another {collection.name} than this machine's"
            f" (fingerprint {stored[:12]}, here {collection.fingerprint[:12]})"
        )
    stored, extra = _attributes(study).get(EXTRA), collection.extra
    if stored is not None and extra is not None and stored != extra.fingerprint:
        raise InputError(
            f"study {study.study_name}: trains on another {extra.name} than this machine's"
            f" (fingerprint {stored[:12]}, here {extra.fingerprint[:12]})"
        )


@contextmanager
def find_study(workspace: Workspace) -> Iterator[tuple[optuna.Study, StudyConfig]]:
    """A study that there is, and its definition, to be used within the block.

    Raises:
        InputError: there is none of that name there; names it and the storage, without password.
        WorkFailed: the storage fails, then or within the block.
    """
    name, url = workspace.name, workspace.storage
    try:
        found = open_storage(url, create=False)
    except InputError as error:
        raise InputError(f"study {name}: {error}") from None
    with storage_failures(url):
        try:
            yield stored_study(name, found, f"storage {without_password(url)}")
        finally:
            briefly(found.disconnect)


def stored_study(
    name: str, storage: BaseStorage, where: str = "this storage"
) -> tuple[optuna.Study, StudyConfig]:
    """A study of the storage, and its definition.

    Args:
        where: what to call the storage in the error.

    Raises:
        InputError: there is none of that name; names those there are.
    """
    with _readable(f"study {name}, or another beside it"):
        names = optuna.get_all_study_names(storage)
    if name not in names:
        there = f"it has {', '.join(sorted(names))}" if names else "it has none"
        raise InputError(f"study {name}: not in {where}; {there}")
    study = optuna.load_study(study_name=name, storage=storage)
    return study, stored_config(study)


def stored_config(study: optuna.Study) -> StudyConfig:
    """A stored study's definition, with what may change of it as it is now.

    Its name is the storage's: the dashboard can give a study another.
    """
    name, attributes = study.study_name, _attributes(study)
    if DEFINITION not in attributes:
        raise InputError(f"study {name}: was not made by this project")
    if CHANGEABLE not in attributes:
        raise InputError(f"study {name}: has only just been begun; ask again in a moment")
    return _read(study, _stored(study, CHANGEABLE))


def _read(study: optuna.Study, changeable: dict[str, Any]) -> StudyConfig:
    name = study.study_name
    document = _stored(study, DEFINITION) | changeable | {"name": name}
    return read_study(document, f"study {name}, as stored")


def files_begin_with(study: optuna.Study) -> str:
    """What the names of the study's files begin with, in a store that it may share with others.

    Studies of the first versions have their files under the study's name alone.
    """
    return str(_attributes(study).get(FILES, study.study_name))


def as_stored(study: optuna.Study, config: StudyConfig) -> StudyConfig:
    """A study's definition, with what may change of it as it is stored now.

    Args:
        config: the definition, as this process knows it; of its number of trials and the stored one
            the larger counts.
    """
    changeable = _attributes(study).get(CHANGEABLE)
    if not isinstance(changeable, dict):
        return config
    trials = max(config.trials, changeable["trials"])
    return StudyConfig.model_validate(config.model_dump() | changeable | {"trials": trials})


def _stored(study: optuna.Study, key: str) -> dict[str, Any]:
    """One of the tables that are stored with a study."""
    table = _attributes(study).get(key)
    if not isinstance(table, dict):
        raise InputError(f"study {study.study_name}: what is stored of it is damaged: no tables")
    return table


def _attributes(study: optuna.Study) -> dict[str, Any]:
    with _readable(f"study {study.study_name}"):
        return study.user_attrs


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # not JSON
        raise InputError(f"{what}: what is stored of it is damaged: {error}") from None


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Each changed value as "key: old -> new"."""
    before, after = leaves(old), leaves(new)
    return [
        f"{key}: {before.get(key, 'not set')} -> {after.get(key, 'not set')}"
        for key in before | after
        if before.get(key) != after.get(key) or (key in before) != (key in after)
    ]
