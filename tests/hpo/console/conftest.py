"""What tests of what is shown share."""

from collections.abc import Callable
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets a second go by, for a progress alone: on a busy machine it may take longer."""
    clock, seconds = MagicMock(), [0.0]
    monkeypatch.setattr("hpo.console.progress.Repeated", clock)
    for module in ("progress", "countdown"):
        now = SimpleNamespace(monotonic=lambda: sum(seconds))
        monkeypatch.setattr(f"hpo.console.{module}.time", now)

    def tick() -> None:
        assert clock.return_value.start.called
        seconds.append(clock.call_args.args[0])
        clock.call_args.args[1]()

    return tick
