"""Files read up to a limit, in bytes and in time: pipes and devices may have no end."""

from __future__ import annotations

import os
import select
from pathlib import Path

from data.errors import InputError

MOST_BYTES = 1_000_000
"""Bytes of a file of keys and values, hundreds of times what a study has."""
PATIENCE = 60
"""Seconds that a pipe or terminal may give nothing: who should write to it may never begin."""


def read_bounded(path: Path) -> bytes:
    """Reads a file, pipe or device to its end.

    Raises:
        InputError: it is too large, or gives nothing for long.
        OSError: it cannot be read.
    """
    content = bytearray()
    # Else a pipe is waited for that nobody ever opens.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        ready = select.poll()
        ready.register(file, select.POLLIN)
        while len(content) <= MOST_BYTES:
            if not ready.poll(PATIENCE * 1000):
                raise InputError(f"{path}: gave nothing for {PATIENCE} seconds")
            part = os.read(file, MOST_BYTES + 1 - len(content))
            if not part:
                return bytes(content)
            content += part
    finally:
        os.close(file)
    raise InputError(f"{path}: too large, at most {MOST_BYTES // 1_000_000} MB")
