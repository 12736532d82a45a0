"""Downloads that give up soon: where there is no network, one should not wait for it."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

TIMEOUT = 5.0
"""Seconds of silence after which a download is given up."""


def download(url: str, folder: Path, md5: str) -> None:
    """Leaves the file that a URL names in a folder, its MD5 checked; tells of it on stderr.

    Raises:
        OSError: there is no such file to be had, or it is another one.
    """
    from torchvision.datasets.utils import download_url  # here, for it takes long to import

    try:
        with contextlib.redirect_stdout(sys.stderr), _socket_timeout(TIMEOUT):
            download_url(url, folder, md5=md5)
    except (HTTPException, RuntimeError) as error:
        raise OSError(str(error)) from error


@contextlib.contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
