"""Stderr as long as it takes what is written: a terminal that is gone ends no work."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from data.visible import visible_lines


def tell(lines: str) -> None:
    """Prints lines on stderr, their control characters written out; see `LastingStderr`."""
    if sys.stderr is not None:  # else it would be printed on stdout
        try:
            print(visible_lines(lines), file=sys.stderr)
        except OSError as error:
            _lead_nowhere(error)


class LastingStderr(io.TextIOBase):
    """Whatever stderr is at the moment; once it takes nothing more, what is written is dropped.

    Its terminal may be closed, the reader of its pipe have ended, its disk be full. From then on
    the process's stderr leads nowhere: nothing else fails for it either, nor Python at its end.
    """

    def write(self, text: str) -> int:
        """Writes a text as far as there is anybody to see it; returns its length."""
        if (stream := _stream()) is not None:
            try:
                stream.write(text)
            except OSError as error:
                _lead_nowhere(error)
        return len(text)

    def flush(self) -> None:
        """Lets what was written be seen."""
        if (stream := _stream()) is not None:
            try:
                stream.flush()
            except OSError as error:
                _lead_nowhere(error)

    def isatty(self) -> bool:
        """Whether stderr is a terminal that is still there."""
        return (stream := _stream()) is not None and stream.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of its text."""
        return getattr(_stream(), "encoding", None) or "utf-8"


def _stream() -> TextIO | None:
    """Stderr itself, while rich's bars stand before it too; None if the process has none."""
    stream: TextIO | None = getattr(sys.stderr, "rich_proxied_file", sys.stderr)
    return stream


def _lead_nowhere(error: OSError) -> None:
    stream = _stream()
    if stream is None or isinstance(error, BlockingIOError):  # whose reader takes more later
        return
    with suppress(OSError):  # it is no file of the system's
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
