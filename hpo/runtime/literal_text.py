"""Text of other people and programs shown as it is, never as markup or control of a terminal.

Names of studies, parameters, classes and files, notes and error messages pass through here on
their way to a page, a note, a figure or a terminal.
"""

from __future__ import annotations

import logging
import re
from html import escape

from data.stderr import tell
from data.visible import visible as visible  # here for all of hpo/
from data.visible import visible_lines

IN_A_LINE = re.compile(r"[\\`*\[\]<>|~$&]|(?<![^\W_])_|_(?![^\W_])")
"""Markup in a line of Markdown with GitHub's tables; an underscore within a word is none."""
AT_ITS_START = re.compile(r"^(?:([#+=-])|(\d+)([.)])(?= |$))")
"""What it reads as a heading, a rule or a list at the beginning of a line."""


def in_html(text: str) -> str:
    """A text for HTML and SVG, in elements and in attributes within quotes.

    >>> in_html("<b> & 'c'")
    '&lt;b&gt; &amp; &#x27;c&#x27;'
    """
    return escape(visible(text))


def in_figure(text: str) -> str:
    """A text for plotly, which reads some of HTML's elements and entities, but not that of a quote.

    >>> in_figure("<b> & 'c'")
    "&lt;b&gt; &amp; 'c'"
    """
    return escape(visible(text), quote=False)


def in_markdown(text: str) -> str:
    r"""A text within a line of Markdown, or as a line of its own; white space becomes one space.

    >>> print(in_markdown("# <b> a_b _c_"))
    \# \<b\> a_b \_c\_
    """
    line = visible(" ".join(text.split()))
    escaped = IN_A_LINE.sub(lambda found: f"\\{found[0]}", line)
    return AT_ITS_START.sub(lambda found: f"{found[2] or ''}\\{found[1] or found[3]}", escaped)


def code_in_markdown(text: str) -> str:
    """A text as code within a line of Markdown.

    >>> code_in_markdown("a`b")
    '`` a`b ``'
    """
    line = visible(" ".join(text.split()))
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence, room = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{room}{line}{room}{fence}"


def say(line: str) -> None:
    """Prints a line on stderr."""
    tell(visible(line))


class VisibleFormatter(logging.Formatter):
    """Formats log records so that messages and tracebacks cannot control a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return visible_lines(super().format(record))
