"""Optuna's private surface: all that is used of it, and why there is no public way.

=============================================== ==================================================
piece                                           reason
=============================================== ==================================================
`Study._storage`, `Study._study_id`             Attributes of the study for the dashboard, trials
                                                of other workers: `Study` has no way to them.
`Study._thread_local.cached_all_trials`         Trials that samplers read again; what they may see
                                                of them changes from trial to trial.
`Trial._trial_id`, `FrozenTrial._trial_id`      What a storage calls a trial. `Trial` sets its own
                                                attributes alone, by way of a copy of the trial
                                                that only one thread may use.
`optuna.Trial(study, trial_id)`                 A waiting trial goes on as itself; `Study.ask`
                                                takes whichever it likes, begun or not.
`optuna.storages.BaseStorage`                   Its class is public, its use is not meant to be:
                                                states and attributes of trials that another
                                                worker had, and a trial that is made running, with
                                                its worker's name, in one step.
`optuna.storages.get_storage`                   Puts Optuna's cache in front of a database;
                                                `WaitingStorage` stands in front of both.
`RDBStorage._set_trial_param_without_commit`    All parameters of a trial in one transaction.
`RDBStorage._create_new_trial`,                 A trial that was made, and whose making was not
`_get_prepared_new_trial`, its models           confirmed, is found instead of made again.
`RDBStorage._build_frozen_...`,                 Times are stored in UTC and given in the clock's
`TrialModel._datetime_..._utc`                  time, without what tells the two hours apart in
                                                which that clock is put back.
`GrpcStorageProxy._stub`                        Its calls wait for the proxy without end.
`GrpcStorageProxy._channel`, `_stub`, `_cache`  It takes no options for its connection, which is
                                                kept even where it is dead.
tables `trials`, `trial_user_attributes`        A trial's state changes only if its worker is still
                                                the same, and with its worker's name: nothing of
                                                Optuna's asks and writes at once.
table `study_user_attributes`                   One process at a time finishes a study: again, what
                                                asks and writes at once.
attribute `fixed_params`                        Whether somebody enqueued a trial is told nowhere
                                                else.
attributes `dashboard:...note_str`, `note_ver`  `optuna_dashboard.save_note` reads the notes of all
                                                trials to write one, and takes seconds to import.
tables `studies`, `study_system_attributes`     A note is written only where it is what it was when
                                                it was read: as above, what asks and writes at once.
attributes `dashboard:plot_data:...`            Likewise `optuna_dashboard.save_plotly_graph_object`
                                                takes most of a second to import.
path `/artifacts/STUDY/TRIAL/ARTIFACT`          Where the dashboard serves a picture that a note
                                                shows.
=============================================== ==================================================

`tests/hpo/database/test_optuna_private.py` has each of them with its signature.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import optuna
from optuna.distributions import BaseDistribution
from optuna.storages import BaseStorage, GrpcStorageProxy, RDBStorage
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import DateTime, Enum, Integer, String, column, table
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    import grpc  # an extra

TRIALS = table(
    "trials",
    column("trial_id", Integer),
    column("state", Enum(TrialState)),
    column("datetime_start", DateTime),
)
TRIAL_ATTRIBUTES = table(
    "trial_user_attributes",
    column("trial_id", Integer),
    column("key", String),
    column("value_json", String),
)
STUDY_ATTRIBUTES = table(
    "study_user_attributes",
    column("study_id", Integer),
    column("key", String),
    column("value_json", String),
)
STUDIES = table("studies", column("study_id", Integer))
SYSTEM_ATTRIBUTES = table(
    "study_system_attributes",
    column("study_id", Integer),
    column("key", String),
    column("value_json", String),
)


class Parameter(NamedTuple):
    """A trial's parameter, as Optuna's storages take it.

    Attributes:
        trial_id: the trial's number in the storage.
        name: the parameter's name.
        value: as it is stored.
        distribution: it is from.
    """

    trial_id: int
    name: str
    value: float
    distribution: BaseDistribution


def storage_of(study: optuna.Study) -> BaseStorage:
    """The storage that the study is in."""
    return study._storage


def study_id(study: optuna.Study) -> int:
    """The study's number in its storage."""
    return study._study_id


def forget_trials(study: optuna.Study) -> None:
    """Makes the study read its trials anew when a sampler next asks for them."""
    study._thread_local.cached_all_trials = None


def trial_id(trial: optuna.Trial | FrozenTrial) -> int:
    """The trial's number in its storage, which is not its number in the study."""
    return trial._trial_id


def new_trial(study: optuna.Study, template: FrozenTrial) -> optuna.Trial:
    """A new trial of the study, in the template's state and with its attributes."""
    return optuna.Trial(study, study._storage.create_new_trial(study._study_id, template))


def taken_up(study: optuna.Study, trial: FrozenTrial) -> optuna.Trial:
    """The trial, to go on with."""
    return optuna.Trial(study, trial._trial_id)


def stored(study: optuna.Study, trial: optuna.Trial | FrozenTrial) -> FrozenTrial:
    """The trial as it is stored now."""
    return study._storage.get_trial(trial._trial_id)


def set_state(study: optuna.Study, trial: FrozenTrial, state: TrialState) -> bool:
    """Changes a trial's state.

    Returns:
        Whether it did: RUNNING is only for what waits.

    Raises:
        UpdateFinishedTrialError: the trial is finished.
    """
    return study._storage.set_trial_state_values(trial._trial_id, state)


def use_channel(proxy: GrpcStorageProxy, channel: grpc.Channel) -> None:
    """The proxy is asked by way of this channel from now on; its own is closed."""
    proxy.close()
    calls: Any = type(proxy._stub)  # has no types
    stub = calls(channel)
    proxy._channel, proxy._stub, proxy._cache = channel, stub, type(proxy._cache)(stub)


def limit_calls(proxy: GrpcStorageProxy, seconds: float) -> None:
    """Lets a call of the proxy fail that is not answered within this number of seconds."""
    stub = proxy._stub
    for name, call in list(vars(stub).items()):
        setattr(stub, name, partial(call, timeout=seconds))


def can_hold_parameters() -> bool:
    """Whether this version of Optuna has `store_parameter`'s way to store one."""
    return hasattr(RDBStorage, "_set_trial_param_without_commit")


def store_parameter(
    database: RDBStorage,
    session: Session,
    parameter: Parameter,
    accepted: BaseDistribution | None,
) -> None:
    """Stores a trial's parameter when the session's transaction is committed.

    Args:
        accepted: the parameter's distribution in the study's other trials; None reads it there.

    Raises:
        UpdateFinishedTrialError: the trial is finished.
        ValueError: the distributions do not go together.
    """
    database._set_trial_param_without_commit(session, *parameter, accepted)


def artifact_path(trial: optuna.Trial, artifact: str) -> str:
    """Where Optuna's dashboard serves a trial's artifact."""
    return f"/artifacts/{trial.study._study_id}/{trial._trial_id}/{artifact}"


def was_enqueued(trial: FrozenTrial) -> bool:
    """Whether somebody gave a trial's parameters; no sampler proposed them."""
    return "fixed_params" in trial.system_attrs
