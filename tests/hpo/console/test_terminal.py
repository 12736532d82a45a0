"""How wide tables and bars are where a terminal does not say how wide it is."""

from __future__ import annotations

import pytest
from rich.table import Table

from hpo.console.bars import console_of_bars
from hpo.console.terminal import LEAST, USUAL, console_on, stdout


@pytest.mark.parametrize("columns", [0, 1, LEAST - 1, LEAST, 200])
def test_something_is_shown_on_any(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # a terminal
    monkeypatch.setenv("COLUMNS", str(columns))
    for console in (stdout(), console_of_bars(), console_on()):
        assert console.is_terminal
        assert console.width == (columns if columns >= LEAST else USUAL)
        table = Table("accuracy")
        table.add_row("93.4")
        with console.capture() as shown:
            console.print(table)
        assert "93.4" in shown.get()
