"""Figures as PNG files, drawn by a browser."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from hpo.runtime.interrupts import inherited_block
from hpo.runtime.literal_text import in_figure

WIDTH = 900
SCALE = 2
SECONDS_EACH = 60
LONGEST_FOLDER = 107 - len("/tmp12345678/org.chromium.Chromium.123456/SingletonSocket")
"""Bytes in the name of the folder for temporary files that leave room for a browser's socket."""
ENDS = 20
"""Tenths of a second that a browser has to end."""


def draw_pictures(figures: Mapping[str, tuple[str, go.Figure]], folder: Path) -> str | None:
    """Draws NAME.png into an empty folder for each figure, with its title above it.

    In a process of its own: kaleido draws in a thread, and would draw on after an interrupt.

    Args:
        figures: title and figure by name.

    Returns:
        Why there are none; None when there are.
    """
    wanted = pictures_of(figures, folder)
    spawn = get_context("spawn")
    hears, tells = spawn.Pipe(duplex=False)
    with _browsers_folder() as temporary:
        drawing = spawn.Process(target=_draw, args=(wanted, temporary, tells))
        # The keyboard's interrupt goes to both; this process hears it, and ends the other.
        with inherited_block({signal.SIGINT}):
            drawing.start()
        tells.close()
        try:
            reason: str | None = hears.recv()
        except EOFError:
            return "the browser that should draw them failed"
        finally:
            browsers = _children(drawing.pid)
            drawing.kill()  # first: it would tell that its browser has ended
            drawing.join()
            _end(browsers)
    return reason


def pictures_of(figures: Mapping[str, tuple[str, go.Figure]], folder: Path) -> list[dict[str, Any]]:
    """What kaleido is to draw, and where: each figure with its title above it."""
    opts = {"format": "png", "width": WIDTH, "scale": SCALE}
    return [
        {"fig": _titled(title, figure), "path": folder / f"{name}.png", "opts": opts}
        for name, (title, figure) in figures.items()
    ]


def _draw(wanted: list[dict[str, Any]], temporary: str, tells: Connection[Any, Any]) -> None:
    """Draws in this process, and tells why it could not, or None."""
    tempfile.tempdir = os.environ["TMPDIR"] = temporary
    tells.send(draw_here(wanted))


def draw_here(wanted: list[dict[str, Any]]) -> str | None:
    """Draws in this process: see `draw_pictures`, and `pictures_of` for what is wanted."""
    try:
        import kaleido
        from kaleido.errors import BrowserClosedError, BrowserFailedError, ChromeNotFoundError
    except ImportError:  # an extra
        return "they need the package kaleido: pip install '.[png]'"
    options = {"mathjax": False, "timeout": SECONDS_EACH}  # MathJax is fetched from the net
    try:
        kaleido.write_fig_from_object_sync(wanted, kopts=options, cancel_on_error=True)
    except ChromeNotFoundError:
        return "no Chrome or Chromium was found on this machine"
    except (BrowserClosedError, BrowserFailedError, TimeoutError) as error:
        return f"the browser that should draw them failed ({type(error).__name__})"
    return None


def _children(of: int | None) -> list[int]:
    """Processes that a process has started; none where a system has no /proc."""
    found: list[int] = []
    for children in Path(f"/proc/{of}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has just ended
            found += map(int, children.read_text().split())
    return found


def _end(browsers: Sequence[int]) -> None:
    """Kills browsers, each with all processes of its own.

    Else they would write into their folder for a while, until they find that nobody is there.
    """
    for browser in browsers:
        with suppress(ProcessLookupError, PermissionError):  # leads no group, or has ended
            os.killpg(browser, signal.SIGKILL)


@contextmanager
def _browsers_folder() -> Iterator[str]:
    """A folder for the browser's files, the last of which may come after the browser was ended."""
    long = len(os.fsencode(tempfile.gettempdir())) > LONGEST_FOLDER
    folder = tempfile.mkdtemp(dir="/tmp" if long else None)
    try:
        yield folder
    finally:
        for _ in range(ENDS):
            shutil.rmtree(folder, ignore_errors=True)
            if not Path(folder).exists():
                break
            time.sleep(0.1)


def remove_earlier(figures: Iterable[str], folder: Path) -> None:
    """Removes the PNG files of figures of an earlier report; others in its folder are the user's.

    Args:
        figures: names.
        folder: the report's.
    """
    for name in figures:
        (folder / f"{name}.png").unlink(missing_ok=True)  # another report may be faster


def _titled(title: str, figure: go.Figure) -> go.Figure:
    lines = wrap(title, 85)
    legend = figure.layout.showlegend is not False and len(figure.data) > 1
    room = 24 * len(lines) + (44 if legend else 16)
    titled = go.Figure(figure)
    titled.update_layout(
        height=figure.layout.height + room,
        margin={"t": figure.layout.margin.t + room},
        title={
            "text": "<br>".join(map(in_figure, lines)),
            "font": {"size": 17},
            "x": 0.01,
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 12},
        },
    )
    return titled
