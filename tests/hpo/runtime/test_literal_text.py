"""Text of others stays text: on a terminal, in rich's tables, in pictures, in logs."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from rich.console import Console
from typer.testing import CliRunner

from hpo.console.progress import Progress
from hpo.console.terminal import stdout
from hpo.dashboard.pictures import accuracy_bars
from hpo.runtime.literal_text import (
    VisibleFormatter,
    code_in_markdown,
    in_figure,
    in_html,
    in_markdown,
    say,
    visible,
)
from run_study import app

HOSTILE = "\x1b]0;owned\x07\x1b[2J[bold]a[/bold]:smile:\r\nb\x9b31m\u202e\udcff</script>`&'\""
SEEN = r"\x1b]0;owned\x07\x1b[2J[bold]a[/bold]:smile:\r\nb\x9b31m\u202e\udcff</script>`&'" + '"'


def test_control_characters_are_written_as_escapes() -> None:
    assert visible(HOSTILE) == SEEN
    assert visible("Ge\u0301ez ±\u00a01 % 漢字 \u200d") == "Ge\u0301ez ±\u00a01 % 漢字 \u200d"


def test_html_and_figures_have_no_elements() -> None:
    for shown in (in_html(HOSTILE), in_figure(HOSTILE)):
        assert not set("<>\x1b\n") & set(shown)
        shown.encode()
    assert '"' not in in_html(HOSTILE)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a_b _e_ *c* `d`", r"a_b \_e\_ \*c\* \`d\`"),
        ("# no heading", r"\# no heading"),
        ("12. no list\n\n    no code", r"12\. no list no code"),
        ("42.8% of", "42.8% of"),
        ("![x](http://x/y.png)", r"!\[x\](http://x/y.png)"),
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)\>"),
        ("a | b &lt;", r"a \| b \&lt;"),
    ],
)
def test_markdown_has_no_markup(text: str, markdown: str) -> None:
    assert in_markdown(text) == markdown


def test_code_in_markdown_ends_where_the_text_does() -> None:
    assert code_in_markdown("ab") == "`ab`"
    assert code_in_markdown("a``b`\n# c") == "``` a``b` # c ```"


def test_a_picture_of_any_alphabets_is_well_formed() -> None:
    drawn = ElementTree.fromstring(accuracy_bars({HOSTILE: 0.5, "A": 1.0}, 0.75, 20))
    texts = [element.text for element in drawn.iter() if element.tag.endswith("text")]
    assert SEEN in texts


def test_tables_and_progress_take_no_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    stdout().print("[bold]a[/bold]:smile:")
    with Progress("[red]study[/red]\x1b[2J", 2) as progress:
        progress.note("[bold]a[/bold]:smile:\x1b[2J")
        progress.finished("b\x07\nc")
    out, err = capsys.readouterr()
    assert out == "[bold]a[/bold]:smile:\n"
    study = r"[red]study[/red]\x1b[2J"
    assert err == f"{study}: [bold]a[/bold]:smile:\\x1b[2J\n{study} 1/2: b\\x07\\nc\n"


def test_bars_take_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = io.StringIO()

    def terminal(**options: object) -> Console:
        return Console(file=drawn, force_terminal=True, width=120, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(
        "hpo.console.terminal.Console", lambda file, width, **rest: terminal(**rest)
    )
    with Progress("[red]study[/red]", 2) as progress:
        progress.started("[bold]trial[/bold]:smile:", 3)
    assert "[red]study[/red]" in drawn.getvalue()
    assert "[bold]trial[/bold]:smile:" in drawn.getvalue()


def test_logs_keep_their_lines_and_nothing_else_of_a_terminals() -> None:
    try:
        raise ValueError("\x1b[2J")
    except ValueError:
        record = logging.LogRecord("a", 30, "b", 1, "%s", ("\x07",), sys.exc_info())
    written = VisibleFormatter("%(levelname)s %(message)s").format(record)
    first, *_, last = written.split("\n")
    assert (first, last) == (r"WARNING \x07", r"ValueError: \x1b[2J")


def test_a_mistake_with_control_characters_is_one_harmless_line() -> None:
    program = [sys.executable, "run_study.py", "status", "a\x1b]0;owned\x07\nerror: b"]
    ended = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert r"a\x1b]0;owned\x07\nerror: b" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "\x1b" not in ended.stderr


def test_lines_on_stderr_and_warnings_of_any_library_are_harmless(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say(HOSTILE)
    assert capsys.readouterr().err == f"{SEEN}\n"
    assert logging.lastResort is not None
    monkeypatch.setattr(logging.lastResort, "formatter", None)
    CliRunner().invoke(app, ["status", "nothing"])
    record = logging.LogRecord("a", 30, "b", 1, "\x1b[2J", None, None)
    assert logging.lastResort.format(record) == r"\x1b[2J"
