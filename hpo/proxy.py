"""Optuna's gRPC proxy in front of a database, for more workers than it takes connections."""

from __future__ import annotations

import sys
import warnings

from optuna.exceptions import ExperimentalWarning
from optuna.storages import get_storage, run_grpc_proxy_server

from data.errors import InputError
from hpo.storage import open_storage

CONNECTIONS = 10
"""To the database: one for each of the proxy's threads."""


def serve_proxy(url: str, host: str, port: int) -> None:
    """Serves a storage until interrupted.

    Raises:
        InputError: the storage cannot be used, the port not be listened on, or grpcio is missing.
    """
    storage = open_storage(url, create=True, connections=CONNECTIONS)
    print(f"grpc://{host}:{port} serves the storage; Ctrl-C ends it", file=sys.stderr)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            run_grpc_proxy_server(get_storage(storage), host=host, port=port)
    except ImportError:
        raise InputError("proxy: needs the package grpcio: pip install '.[grpc]'") from None
    except RuntimeError as error:  # the address
        raise InputError(f"--host {host} --port {port}: cannot listen there: {error}") from None
