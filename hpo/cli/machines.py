"""The command for many machines: proxy."""

from __future__ import annotations

from data.errors import InputError
from hpo.cli import options


def proxy(
    storage: options.ServedStorage = None,
    host: options.Host = "localhost",
    port: options.Port = 13000,
) -> None:
    """Stand in front of a database for more workers than it can take.

    They name grpc://HOST:PORT as their storage.
    """
    from hpo.database.proxy import serve_proxy

    if storage is None:
        raise InputError("proxy: needs --storage URL, or HPO_STORAGE")
    serve_proxy(storage, host, port)
