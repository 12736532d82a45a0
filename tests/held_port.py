"""A port of this machine that is a test's own for as long as it needs it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_port() -> Iterator[int]:
    """Holds a port of 127.0.0.1, on which a server of the test may listen now or later.

    A socket is bound to it that does not listen: the system gives the port to nobody who asks for a
    free one, and until a server listens, connections are refused. A server may bind it all the same
    if it sets SO_REUSEADDR, as servers do.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        yield port
