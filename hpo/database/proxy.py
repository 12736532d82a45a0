"""Optuna's gRPC proxy in front of a database, for more workers than it takes connections."""

from __future__ import annotations

import os
import socket
import threading
import warnings
from errno import EADDRINUSE

from optuna.exceptions import ExperimentalWarning
from optuna.storages import run_grpc_proxy_server

from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.database.urls import in_brackets
from hpo.runtime.interrupts import GRACE, stop_waiting
from hpo.runtime.literal_text import say

INTERRUPTED = 130
"""Exit status of a command that was interrupted."""
CONNECTIONS = 10
"""Connections to the database: one for each of the proxy's threads."""


def serve_proxy(url: str, host: str, port: int) -> None:
    """Serves a storage until interrupted.

    A SQLite file must be there: workers would not notice that another one than theirs is served.

    Raises:
        InputError: the storage cannot be used, the port not be listened on, or grpcio is missing.
    """
    _check_free(host, port)
    storage = open_storage(url, create=True, connections=CONNECTIONS, place="there")
    host = in_brackets(host)
    say(f"grpc://{host}:{port} serves the storage; Ctrl-C ends it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            run_grpc_proxy_server(storage, host=host, port=port)
    except KeyboardInterrupt:
        stop_waiting()  # its threads, without which the process does not end
        _end_without_them()
        raise
    except ImportError:
        raise InputError("proxy: needs the package grpcio: pip install '.[grpc]'") from None
    except RuntimeError as error:  # the address
        raise InputError(f"--host {host} --port {port}: cannot listen there: {error}") from None


def _end_without_them() -> None:
    """Ends the process as an interrupt does, if its threads do not: the database may not answer.

    What they began there is rolled back as their connections end.
    """
    end = threading.Timer(GRACE, os._exit, [INTERRUPTED])
    end.daemon = True
    end.start()


def _check_free(host: str, port: int) -> None:
    """gRPC would share the port with another proxy, and each would get some of the workers."""
    try:
        addresses = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise InputError(f"--host {host}: {(error.strerror or 'unknown').lower()}") from None
    except UnicodeError:  # an empty label, one that is too long, letters that no name has
        raise InputError(f"--host {host}: must be the name or address of this machine") from None
    for family, kind, protocol, _, address in addresses:
        try:
            with socket.socket(family, kind, protocol) as probe:
                # As gRPC: what an ended proxy's connections leave behind is not in the way.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:  # any other is gRPC's to tell, which needs one address of them
            if error.errno == EADDRINUSE:
                reason = (error.strerror or "").lower()
                raise InputError(f"--port {port}: cannot listen there: {reason}") from None
