"""A storage that waits while its database is away."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from itertools import count
from typing import Any, ParamSpec, TypeVar

import optuna
from optuna.distributions import BaseDistribution
from optuna.exceptions import StorageInternalError, UpdateFinishedTrialError
from optuna.storages import BaseStorage, RDBStorage, get_storage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from hpo.database.deleted import is_of_deleted
from hpo.database.full_disk import database_full
from hpo.database.optuna_database import NoPlace, named
from hpo.database.optuna_private import Parameter, storage_of
from hpo.database.retrying import patiently
from hpo.database.sight import LIMITED

P = ParamSpec("P")
R = TypeVar("R")


class NotThere(KeyError):  # noqa: N818 - nobody's fault
    """The storage has no such study or trial; Optuna itself raises, and catches, KeyError."""


class WaitingStorage(BaseStorage):
    """One of Optuna's storages, asked in one way only: see `ask`.

    Optuna's own cache of finished trials stands in front of a database.

    Args:
        storage: a database's, or a client of Optuna's proxy.

    Attributes:
        database: the storage, if it is a database's; None if it is another.
        held: parameters that are not stored yet; None if each is stored at once.
        distributions: distributions of the parameters that were held and stored, by study and
            name: they need not be read again to be compared.
    """

    def __init__(self, storage: BaseStorage) -> None:
        self.database = storage if isinstance(storage, RDBStorage) else None
        self.held: list[Parameter] | None = None
        self.distributions: dict[int, dict[str, BaseDistribution]] = {}
        self._inner = get_storage(storage)

    def ask(self, operation: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Has the operation done; while the database is away, waits and repeats it.

        So every operation must be one that may be repeated: where the first attempt came through
        and only its answer was lost, the second changes nothing and answers as the first did.

        Raises:
            NotThere: the study or trial was deleted, or never was.
            NoPlace: others were faster to make trials.
            NoRoom: the database's disk takes nothing more.
            Exception: the operation's own, see `hpo.database.retrying.patiently`.
        """

        def once() -> R:
            try:
                return operation(*args, **kwargs)
            except Exception as error:
                if self.database is None:
                    raise
                if (full := database_full(error, self.database.engine.url)) is None:
                    raise
                self.remove_session()
                raise full from error

        try:
            return patiently(once, self.remove_session)
        except KeyError as error:
            if NoPlace.TEXT in _text(error):
                raise NoPlace(NoPlace.TEXT) from error
            raise NotThere(*error.args) from error
        except (StorageInternalError, SQLAlchemyError) as error:
            if is_of_deleted(error):
                raise NotThere("it was deleted in the midst of a call") from error
            raise

    def disconnect(self) -> None:
        """Closes the connections to a database until the next operation."""
        if self.database is not None:
            self.remove_session()
            self.database.engine.dispose()

    def remove_session(self) -> None:
        """Ends this thread's session, which may wait for a rollback that cannot be had."""
        (self.database or self._inner).remove_session()

    # Studies.

    def create_new_study(
        self, directions: Sequence[StudyDirection], study_name: str | None = None
    ) -> int:
        return self.ask(self._inner.create_new_study, directions, study_name)

    def delete_study(self, study_id: int) -> None:
        attempts = count(1)

        def delete() -> None:
            attempt = next(attempts)
            try:
                self._inner.delete_study(study_id)
            except KeyError:
                if attempt == 1:
                    raise

        self.ask(delete)

    def set_study_user_attr(self, study_id: int, key: str, value: Any) -> None:  # noqa: ANN401
        self.ask(self._inner.set_study_user_attr, study_id, key, value)

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:  # noqa: ANN401
        self.ask(self._inner.set_study_system_attr, study_id, key, value)

    def get_study_id_from_name(self, study_name: str) -> int:
        return self.ask(self._inner.get_study_id_from_name, study_name)

    def get_study_name_from_id(self, study_id: int) -> str:
        return self.ask(self._inner.get_study_name_from_id, study_id)

    def get_study_directions(self, study_id: int) -> list[StudyDirection]:
        return self.ask(self._inner.get_study_directions, study_id)

    def get_study_user_attrs(self, study_id: int) -> dict[str, Any]:
        return self.ask(self._inner.get_study_user_attrs, study_id)

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        return self.ask(self._inner.get_study_system_attrs, study_id)

    def get_all_studies(self) -> list[Any]:
        return self.ask(self._inner.get_all_studies)

    # Trials.

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        return self.ask(self._inner.create_new_trial, study_id, named(template_trial))

    def set_trial_param(
        self,
        trial_id: int,
        param_name: str,
        param_value_internal: float,
        distribution: BaseDistribution,
    ) -> None:
        parameter = Parameter(trial_id, param_name, param_value_internal, distribution)
        if self.held is None:
            self.ask(self._inner.set_trial_param, *parameter)
        else:
            self.held.append(parameter)

    def set_trial_state_values(
        self, trial_id: int, state: TrialState, values: Sequence[float] | None = None
    ) -> bool:
        attempts = count(1)

        def change() -> bool:
            attempt = next(attempts)
            try:
                return self._inner.set_trial_state_values(trial_id, state, values)
            except UpdateFinishedTrialError:
                if attempt > 1 and self._is_told(trial_id, state, values):
                    return True
                raise

        return self.ask(change)

    def _is_told(self, trial_id: int, state: TrialState, values: Sequence[float] | None) -> bool:
        """Whether a trial is finished so, and the first attempt to tell it came through."""
        trial = self._inner.get_trial(trial_id)
        return trial.state is state and trial.values == (None if values is None else list(values))

    def set_trial_intermediate_value(
        self, trial_id: int, step: int, intermediate_value: float
    ) -> None:
        self.ask(self._inner.set_trial_intermediate_value, trial_id, step, intermediate_value)

    def set_trial_user_attr(self, trial_id: int, key: str, value: Any) -> None:  # noqa: ANN401
        self.ask(self._inner.set_trial_user_attr, trial_id, key, value)

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:  # noqa: ANN401
        if sight := LIMITED.get():
            sight.held.append((trial_id, key, value))
        else:
            self.ask(self._inner.set_trial_system_attr, trial_id, key, value)

    def get_trial_id_from_study_id_trial_number(self, study_id: int, trial_number: int) -> int:
        find = self._inner.get_trial_id_from_study_id_trial_number
        return self.ask(find, study_id, trial_number)

    def get_trial(self, trial_id: int) -> FrozenTrial:
        return self.ask(self._inner.get_trial, trial_id)

    def get_all_trials(
        self,
        study_id: int,
        deepcopy: bool = True,
        states: Container[TrialState] | None = None,
    ) -> list[FrozenTrial]:
        trials = self.ask(self._inner.get_all_trials, study_id, deepcopy, states)
        if sight := LIMITED.get():
            return [trial for trial in trials if trial.number < sight.below]
        return trials

    def get_best_trial(self, study_id: int) -> FrozenTrial:
        if LIMITED.get():
            return super().get_best_trial(study_id)  # of those that `get_all_trials` shows
        return self.ask(self._inner.get_best_trial, study_id)


def _text(error: KeyError) -> str:
    """What an exception says; behind Optuna's proxy, what the one behind it says."""
    details = getattr(error.__cause__, "details", None)  # grpc.RpcError, where grpc is installed
    return str(details() if callable(details) else error)


def disconnect(study: optuna.Study) -> None:
    """Closes the connections to a study's database until it is used again."""
    storage = storage_of(study)
    if isinstance(storage, WaitingStorage):
        storage.disconnect()
