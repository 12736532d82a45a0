"""Figures as PNG files, drawn by a browser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap

import plotly.graph_objects as go

from hpo.runtime.files import copy_file
from hpo.runtime.literal_text import in_figure

WIDTH = 900
SCALE = 2
SECONDS_EACH = 60


def write_pictures(figures: Mapping[str, tuple[str, go.Figure]], folder: Path) -> str | None:
    """Writes NAME.png into the folder for each figure, with its title above it.

    The folder's other PNG files are removed: an earlier report's figures are not this one's.

    Args:
        figures: title and figure by name.

    Returns:
        Why there are none; None when there are.
    """
    for earlier in folder.glob("*.png"):
        earlier.unlink()
    try:
        import kaleido
        from kaleido.errors import BrowserClosedError, BrowserFailedError, ChromeNotFoundError
    except ImportError:  # an extra
        return "they need the package kaleido: pip install '.[png]'"
    with TemporaryDirectory() as drawn:
        wanted = [
            {"fig": _titled(title, figure), "path": Path(drawn) / f"{name}.png"}
            | {"opts": {"format": "png", "width": WIDTH, "scale": SCALE}}
            for name, (title, figure) in figures.items()
        ]
        options = {"mathjax": False, "timeout": SECONDS_EACH}  # MathJax is fetched from the net
        try:
            kaleido.write_fig_from_object_sync(wanted, kopts=options, cancel_on_error=True)
        except ChromeNotFoundError:
            return "no Chrome or Chromium was found on this machine"
        except (BrowserClosedError, BrowserFailedError, TimeoutError) as error:
            return f"the browser that should draw them failed ({type(error).__name__})"
        for name in figures:
            copy_file(Path(drawn) / f"{name}.png", folder / f"{name}.png")
    return None


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
