"""A client of Optuna's gRPC proxy that notices a connection which is dead without a word."""

from __future__ import annotations

import grpc
from optuna.storages import GrpcStorageProxy

from hpo.database.optuna_private import use_channel

SILENCE, ECHO_TIMEOUT = 10.0, 10.0
"""Seconds without an answer after which gRPC asks whether the other end is still there, and in
which that is to say so."""


def proxy_client(host: str, port: int) -> GrpcStorageProxy:
    """A client of the proxy at an address, which need not answer yet.

    A connection of which the other end knows nothing any more, for this machine slept or a firewall
    forgot it, is closed while a call waits on it, and the next call makes a new one. Left to
    itself gRPC would use it for as long as the kernel sends again what nobody takes.
    """
    proxy = GrpcStorageProxy(host=host, port=port)
    options = {
        "grpc.max_receive_message_length": -1,  # as Optuna itself has it
        "grpc.keepalive_time_ms": int(1000 * SILENCE),
        "grpc.keepalive_timeout_ms": int(1000 * ECHO_TIMEOUT),
        "grpc.http2.ping_timeout_ms": int(1000 * ECHO_TIMEOUT),  # else a minute
    }
    use_channel(proxy, grpc.insecure_channel(f"{host}:{port}", options=list(options.items())))
    return proxy
