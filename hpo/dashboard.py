"""Optuna's dashboard on a study's storage, for this machine's browser alone."""

from __future__ import annotations

import sys
from contextlib import suppress
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import optuna
import optuna_dashboard

from data.errors import InputError

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The page asks every few seconds; that is no news."""


def serve(study: optuna.Study, port: int) -> None:
    """Shows all studies in this one's storage, until interrupted.

    Raises:
        InputError: the port cannot be listened on.
    """
    app = optuna_dashboard.wsgi(study._storage)
    try:
        server = make_server(HOST, port, app, handler_class=_Quiet)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"--port {port}: cannot listen there: {reason}") from None
    print(f"http://{HOST}:{port}/ shows the dashboard; Ctrl-C ends it", file=sys.stderr)
    # In a thread of its own: an interrupt that fell into a request would be taken for its failure.
    thread = Thread(target=server.serve_forever, daemon=True)
    with server:
        thread.start()
        with suppress(KeyboardInterrupt):
            thread.join()
        server.shutdown()
