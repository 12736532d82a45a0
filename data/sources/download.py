"""Downloads that give up soon, so that nobody waits long where there is no network."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

from data.full_disk import no_room

TIMEOUT = 5.0
"""Seconds of silence after which a download is given up."""


def download(url: str, folder: Path, md5: str) -> None:
    """Downloads a file into a folder and checks its MD5; reports progress on stderr.

    Raises:
        OSError: the download failed, or the file has another MD5.
        NoRoom: the disk takes nothing more.
    """
    from torchvision.datasets.utils import download_url  # imported here, for it takes long

    try:
        with contextlib.redirect_stdout(sys.stderr), _socket_timeout(TIMEOUT):
            download_url(url, folder, md5=md5)
    except (HTTPException, RuntimeError) as error:
        raise OSError(str(error)) from error
    except OSError as error:
        if (full := no_room(error, folder)) is not None:
            raise full from error
        raise


@contextlib.contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
