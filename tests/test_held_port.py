"""A held port is a test's own: nobody else is given it, and the test's server may listen on it."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from held_port import held_port


def test_nobody_listens_until_a_server_does_and_again_after_it() -> None:
    with held_port() as port:
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=5)
            with (
                HTTPServer(("127.0.0.1", port), BaseHTTPRequestHandler),
                socket.create_connection(("127.0.0.1", port), timeout=5),
            ):
                pass


def test_two_servers_do_not_share_it() -> None:
    with (
        held_port() as port,
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(OSError, match="in use"),
    ):
        socket.create_server(("127.0.0.1", port))


def test_who_asks_for_any_port_gets_another() -> None:
    with held_port() as port:
        for reuse in (0, 1):
            with socket.socket() as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
                other.bind(("127.0.0.1", 0))
                assert other.getsockname()[1] != port
        with held_port() as another:
            assert another != port
