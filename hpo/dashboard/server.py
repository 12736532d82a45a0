"""Optuna's dashboard on a study's storage, for this machine's browser alone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import optuna
import optuna_dashboard
from optuna_dashboard import get_note

from data.errors import InputError
from hpo.dashboard.study_page import refresh
from hpo.database.opening import STORAGE_ERRORS
from hpo.database.optuna_private import storage_of
from hpo.database.shown_storage import ShownStorage
from hpo.database.waiting_storage import WaitingStorage
from hpo.runtime.literal_text import say
from hpo.storage.artifacts import ArtifactStore, open_store
from hpo.storage.stored_results import RESULTS, results_in_folder
from hpo.storage.studies import ARTIFACTS, CHECKPOINTS, STORAGE
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig

HOST = "127.0.0.1"
PLACES = (STORAGE, ARTIFACTS, CHECKPOINTS, RESULTS)
"""Attributes of a study that name places of machines, which the page need not show."""


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The page asks every few seconds; that is no news."""


class _Threads(ThreadingMixIn, WSGIServer):
    """A browser opens connections before it has anything to ask."""

    daemon_threads = True


def serve(study: optuna.Study, config: StudyConfig, workspace: Workspace, port: int) -> None:
    """Shows all studies in this one's storage, and this one's artifacts, until interrupted.

    A study that has no note, being older than these, gets its note and plots first.

    Args:
        config: its definition.
        workspace: the study's, where its artifacts are looked for if it was moved.

    Raises:
        InputError: the port cannot be listened on.
    """
    storage = storage_of(study)
    if isinstance(storage, WaitingStorage):
        storage = ShownStorage(storage, PLACES)
    app = optuna_dashboard.wsgi(storage, _artifacts(study, workspace))
    try:
        server = make_server(HOST, port, app, _Threads, _Quiet)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"--port {port}: cannot listen there: {reason}") from None
    if not get_note(study):
        _write_note(study, config, workspace)
    say(f"http://{HOST}:{port}/ shows the dashboard; Ctrl-C ends it")
    # In a thread of its own: an interrupt that fell into a request would be taken for its failure.
    thread = Thread(target=server.serve_forever, daemon=True)
    with server:
        thread.start()
        with suppress(KeyboardInterrupt):
            thread.join()
        server.shutdown()


def _write_note(study: optuna.Study, config: StudyConfig, workspace: Workspace) -> None:
    results = None
    with suppress(InputError):  # those of another study
        results, left_out = results_in_folder(study, config, workspace)
        if left_out is not None:
            say(left_out)
    try:
        refresh(study, config, results)
    except STORAGE_ERRORS:  # a database that may only be read
        say(f"study {config.name}: no note can be written to its storage")


def _artifacts(study: optuna.Study, workspace: Workspace) -> ArtifactStore | None:
    place = study.user_attrs.get(ARTIFACTS)
    here = workspace.artifacts
    if place is not None and ("://" in place or Path(place).is_dir()):
        return open_store(place)
    if here.is_dir():
        return open_store(str(here))
    if place is not None:
        say(f"{place}, where the trials' pictures are, is not on this machine")
    return None
