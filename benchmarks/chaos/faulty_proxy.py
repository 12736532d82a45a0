"""A TCP proxy in front of PostgreSQL with the faults of networks, each at command."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

COMMIT = b"COMMIT\0"
"""What ends the message by which psycopg commits."""
WRITES = re.compile(rb"\b(INSERT|UPDATE|DELETE)\b")
"""What makes a transaction one whose commit matters; FOR UPDATE does too."""
RESET = struct.pack("ii", 1, 0)
"""Of a socket's option SO_LINGER: closing it is no farewell but a reset."""


@dataclass(eq=False)
class _Pair:
    """A client's connection, and the proxy's own to the server."""

    client: socket.socket
    server: socket.socket
    wrote: bool = False
    loses: bool = False
    forgotten: bool = False

    def reset(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it
            end.close()


@dataclass
class FaultyProxy:
    """A context manager; forwards while it is open.

    Attributes:
        server: the address, (host, port), or the path of a socket.
        host: it listens on.
        port: it listens on; 0 until it is open means any.
        delay: seconds by which whatever passes is late.
        lost: how many answers of commits have been lost.
    """

    server: tuple[str, int] | str
    host: str = "127.0.0.1"
    port: int = 0
    delay: float = 0.0
    lost: int = 0
    _pairs: set[_Pair] = field(default_factory=set)
    _flows: threading.Event = field(default_factory=threading.Event)
    _to_lose: int = 0

    def __enter__(self) -> Self:
        self._flows.set()
        self._listener = socket.create_server((self.host, self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()
        self._flows.set()

    @property
    def connections(self) -> int:
        """How many there are at the moment."""
        return len(self._pairs)

    def lose_answers(self, commits: int = 1) -> None:
        """The server's answers to the next commits of something written are lost.

        Each time the connection is reset.
        """
        self._to_lose = commits

    def halt(self) -> None:
        """Nothing passes any more, and no connection is closed: half-open, as behind a firewall."""
        self._flows.clear()

    def go_on(self) -> None:
        """All passes again, also what was held up."""
        self._flows.set()

    def forget(self) -> None:
        """What comes by the connections that there are is lost without a word; new ones are taken.

        As behind a firewall that forgot them, or where a machine slept for long.
        """
        for pair in list(self._pairs):
            pair.forgotten = True

    def reset(self) -> None:
        """Resets all connections; new ones are taken."""
        for pair in list(self._pairs):
            pair.reset()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        unix = isinstance(self.server, str)
        server = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
        pair = _Pair(client, server)
        try:
            server.connect(self.server)
        except OSError:
            pair.reset()
            return
        self._pairs.add(pair)
        threading.Thread(target=self._answers, args=(pair,), daemon=True).start()
        with suppress(OSError):
            while data := client.recv(65536):
                if pair.forgotten:
                    continue
                pair.wrote |= bool(WRITES.search(data))
                if data.endswith(COMMIT):
                    if pair.wrote and self._to_lose > 0:
                        self._to_lose -= 1
                        pair.loses = True
                    pair.wrote = False
                self._hold_up()
                server.sendall(data)
        self._end(pair)

    def _answers(self, pair: _Pair) -> None:
        with suppress(OSError):
            while data := pair.server.recv(65536):
                if pair.forgotten:
                    continue
                if pair.loses:  # the server has done as it was told
                    self.lost += 1
                    pair.reset()
                    break
                self._hold_up()
                pair.client.sendall(data)
        self._end(pair)

    def _hold_up(self) -> None:
        time.sleep(self.delay)
        self._flows.wait()

    def _end(self, pair: _Pair) -> None:
        self._pairs.discard(pair)
        for end in (pair.client, pair.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
