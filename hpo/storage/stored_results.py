"""A study's results in its storage, where every machine finds them; its weights in its store."""

from __future__ import annotations

import hashlib
import io
import socket
from contextlib import suppress
from pathlib import Path
from typing import Self

import optuna
from optuna.artifacts.exceptions import ArtifactNotFound
from pydantic import BaseModel, ValidationError

from data.errors import InputError
from hpo.database.swap import swap
from hpo.database.urls import without_password
from hpo.runtime.files import copy_file, read_json, write_bytes, write_text
from hpo.runtime.literal_text import say
from hpo.storage.artifacts import open_store
from hpo.storage.found_results import other_storage
from hpo.storage.store_patience import PatientStore, StoreFailed
from hpo.storage.studies import files_begin_with
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.study.definition import StudyConfig
from hpo.study.results import StudyResults, belongs_to, document_of, study_results
from hpo.trials.table import trials_csv
from model.config_file import read_config, to_toml

RESULTS = "results"
"""The study attribute that holds the results of the finished study."""


class StoredResults(BaseModel):
    """What the process that finished a study tells the others.

    Attributes:
        host: name of its machine.
        folder: where it left the weights and everything else.
        store: name of a store that has the weights too; None if there is none.
        results: the study's results.
        sha256: SHA-256 of the file of the winner's weights; None of studies of the first versions.
    """

    host: str
    folder: str
    store: str | None
    results: StudyResults
    sha256: str | None = None

    @classmethod
    def of(cls, study: optuna.Study) -> Self | None:
        """The results that are stored; None if the study is not finished.

        Raises:
            InputError: what is stored is damaged.
        """
        document = study.user_attrs.get(RESULTS)
        if document is None:
            return None
        try:
            return cls.model_validate(document)
        except ValidationError:
            raise InputError(f"study {study.study_name}: its stored results are damaged") from None

    def are_in(self, workspace: Workspace) -> bool:
        """Whether they lie in this folder.

        Raises:
            InputError: the file that may hold them cannot be read.
        """
        return read_json(workspace.results) == document_of(self.results)

    def is_removed_from(self, workspace: Workspace) -> bool:
        """Whether they were written to this folder, and are not there any more.

        Wherever it was then, and whatever the machine was called: what is written before them
        tells, the winner's configuration and, last, the trials. `run` removes the table of trials
        when it searches further.
        """
        if workspace.results.exists() or not workspace.trials.exists():
            return False
        try:
            return read_config(workspace.config) == self.results.winner.config
        except InputError:
            return False

    def withdraw(self, study: optuna.Study) -> None:
        """Takes the results out of the storage: the study is not finished any more."""
        swap(study, RESULTS, study.user_attrs.get(RESULTS), None)

    def write(self, study: optuna.Study, workspace: Workspace) -> None:
        """Writes to a folder what the process that finished the study wrote to its own.

        Another network that was there goes, whether or not the winner's can be had: under these
        results it would be taken for the winner.
        """
        if not self._is_winner(workspace.weights):
            workspace.rejection.unlink(missing_ok=True)
            workspace.remove_networks()
            if not self._fetch_weights(study, workspace):
                workspace.weights.unlink(missing_ok=True)
                say(
                    f"the winner's weights are on {self.host}, in {self.folder}; copy"
                    f" {workspace.weights.name} from there to {workspace.folder}"
                )
        write_text(workspace.config, to_toml(self.results.winner.config, self.results.dataset))
        write_text(workspace.trials, trials_csv(study))
        self.results.write(workspace.results)

    def _is_winner(self, weights: Path) -> bool:
        """Whether a file holds the very network that these results are of."""
        from model.network.weights import load_network  # torch: `status` does without it

        try:
            found = load_network(weights)[1]
            return found == self.results.winner.config and self.sha256 in (None, _sha256(weights))
        except (InputError, OSError):  # also where it may not be read
            return False

    def _fetch_weights(self, study: optuna.Study, workspace: Workspace) -> bool:
        """Whether the winner's weights are in the folder now: its finisher's, or the store's."""
        elsewhere = TrainedFolder(Path(self.folder))
        if self._is_winner(elsewhere.weights):
            with suppress(OSError):  # it cannot be read any more
                copy_file(elsewhere.weights, workspace.weights)
                if elsewhere.rejection.exists():
                    copy_file(elsewhere.rejection, workspace.rejection)
                return True
        if self.store is None:
            return False
        name = _weights_name(study, self.results)
        try:
            store = open_store(self.store)
            content = PatientStore(store).ask(lambda: store.open_reader(name).read())
        except (ArtifactNotFound, InputError, StoreFailed, OSError):
            return False
        if self.sha256 not in (None, hashlib.sha256(content).hexdigest()):
            return False
        write_bytes(workspace.weights, content)
        return True


def results_in_folder(
    study: optuna.Study, config: StudyConfig, workspace: Workspace
) -> tuple[StudyResults | None, str | None]:
    """Results of a study in its folder, and whether they are of the storage that the study is in.

    Those that the storage holds too are its own, whatever it is called now: its folder may have
    been moved.

    Returns:
        The results, and why they are left out; None if there are none, or none that are left out.

    Raises:
        InputError: they are of another study, or damaged.
    """
    results = study_results(workspace.results, config)
    other = None if results is None else other_storage(results, workspace.storage)
    if results is None or other is None:
        return results, None
    stored = StoredResults.of(study)
    if stored is not None and stored.are_in(workspace):
        return results, None
    return None, (
        f"{workspace.results} is left out: it holds the results of a run in {other}, and the trials"
        f" are those in {without_password(workspace.storage)}"
    )


def results_of(
    study: optuna.Study, config: StudyConfig, workspace: Workspace
) -> tuple[StudyResults | None, str | None]:
    """Results of a study, from its folder or else from its storage; None if it is not finished.

    Returns:
        The results, and why others in its folder are left out; None if there are no others.
    """
    if belongs_to(workspace.results, config):
        results, left_out = results_in_folder(study, config, workspace)
        if results is not None or left_out is not None:
            return results, left_out
    stored = StoredResults.of(study)
    return (None if stored is None else stored.results), None


def publish(
    study: optuna.Study, results: StudyResults, workspace: Workspace, store: str | None
) -> bool:
    """Stores the results with the study, if none are there; returns whether these are there now.

    Args:
        study: the study in its storage.
        results: its results; the winner's weights are in the workspace.
        workspace: where they are.
        store: store that other machines share, for the weights; None if there is none.
    """
    if store is not None:
        weights = io.BytesIO(workspace.weights.read_bytes())
        PatientStore(open_store(store)).write(_weights_name(study, results), weights)
    mine = StoredResults(
        host=socket.gethostname(),
        folder=str(workspace.folder.absolute()),
        store=store,
        results=results,
        sha256=_sha256(workspace.weights),
    )
    return swap(study, RESULTS, None, document_of(mine))


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _weights_name(study: optuna.Study, results: StudyResults) -> str:
    winner = results.winner
    return f"{files_begin_with(study)}-best-{winner.number}-{winner.seed}.safetensors"
