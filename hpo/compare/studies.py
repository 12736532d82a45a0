"""Studies that are compared, read from their storages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import optuna
from optuna.trial import FrozenTrial

from data.errors import InputError
from data.names import MOST_WAY
from hpo.compare.curves import Point, curve
from hpo.storage.convergence import convergence
from hpo.storage.stored_results import results_of
from hpo.storage.studies import EXTRA, FINGERPRINT, GIVEN_PICTURES, NETWORKS, find_study, way_of
from hpo.storage.workspace import Workspace
from hpo.study.convergence import Convergence
from hpo.study.definition import StudyConfig
from hpo.study.given_pictures import GivenPictures, in_document, trained_besides
from hpo.study.objectives import Front
from hpo.study.results import StudyResults
from hpo.trials.budget import seconds
from hpo.trials.configuration import own_trials, trial_config
from hpo.trials.ranking import best_trials, front
from model.config import RunConfig


@dataclass(frozen=True)
class ComparedStudy:
    """A study that is compared with others.

    Attributes:
        config: its definition.
        fingerprint: fingerprint of its data set; None if it is not known.
        trials: its trials, without those that another program added.
        seconds: seconds of training in the search, all workers together.
        curve: its best accuracy so far.
        best: the best complete trial of the search; None before there is one.
        converged: why its search ended before its budget was spent; None if it did not.
        results: None before it is finished.
        front: the search's Pareto front; None if the study has no second objective.
        extra: fingerprint of the extra alphabets that it trains on; None if there are none.
        way: N of the N-way one-shot trials that its accuracies are of.
        networks: SHA-256 of each network that its trainings are given, by path.
        given: what these networks were trained on; None if it is not known.
    """

    config: StudyConfig
    fingerprint: str | None
    trials: list[FrozenTrial]
    seconds: float
    curve: list[Point]
    best: FrozenTrial | None
    converged: Convergence | None
    results: StudyResults | None
    front: Front | None = None
    extra: str | None = None
    way: int = MOST_WAY
    networks: Mapping[str, str] = field(default_factory=dict)
    given: Sequence[GivenPictures] | None = ()

    @property
    def name(self) -> str:
        """Name of the study."""
        return self.config.name

    @property
    def besides(self) -> str | None:
        """What its networks are trained on besides the training split; None if nothing."""
        return trained_besides(self.config.pictures, self.given or ())

    @property
    def found(self) -> RunConfig | None:
        """What it found: the winner's configuration, or that of the search's best trial so far."""
        if self.results is not None:
            return self.results.winner.config
        return None if self.best is None else trial_config(self.config, self.best)


def compared(names: Sequence[str], storage: str | None = None) -> list[ComparedStudy]:
    """Reads studies that are to be compared, in this order.

    Args:
        names: names of the studies.
        storage: URL of the database that holds all of them; None takes each study's own.

    Raises:
        InputError: fewer than two are named, or one twice; there is no such study; one has no
            trials yet.
    """
    if len(names) < 2:
        raise InputError(f"compare: needs two studies or more, and got {' '.join(names)}")
    if twice := [name for place, name in enumerate(names) if name in names[:place]]:
        raise InputError(f"compare: {twice[0]} is named twice")
    found = []
    for name in names:
        workspace = Workspace.of(name, storage=storage)
        with find_study(workspace) as (study, config):
            found.append(_read(study, config, workspace))
    return found


def _read(study: optuna.Study, config: StudyConfig, workspace: Workspace) -> ComparedStudy:
    every_trial = study.get_trials(deepcopy=False)
    if not every_trial:
        raise InputError(f"study {config.name}: has no trials yet, nothing to compare")
    trials = own_trials(every_trial, config)
    return ComparedStudy(
        config=config,
        fingerprint=study.user_attrs.get(FINGERPRINT),
        trials=trials,
        seconds=seconds(trials),
        curve=curve(trials),
        best=next(iter(best_trials(study, config, 1)), None),
        converged=convergence(study, config),
        results=results_of(study, config, workspace)[0],
        front=front(study, config),
        extra=study.user_attrs.get(EXTRA),
        way=way_of(study),
        networks=study.user_attrs.get(NETWORKS, {}),
        given=_given(study, config),
    )


def _given(study: optuna.Study, config: StudyConfig) -> list[GivenPictures] | None:
    """What its given networks were trained on; None in studies of old versions."""
    stored = study.user_attrs.get(GIVEN_PICTURES)
    if stored is None and config.names_networks:
        return None
    return in_document({"given_pictures": stored})
