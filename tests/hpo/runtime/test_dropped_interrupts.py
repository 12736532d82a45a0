"""Interrupts that come faster than a handler is done."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import CodeType, FrameType
from typing import Any

import pytest

import hpo.cli.process
import hpo.workers.worker
from hpo.runtime import dropped_interrupts
from hpo.runtime.dropped_interrupts import one_at_a_time
from hpo.runtime.interrupts import held_back

Runs = Callable[[CodeType, FrameType | None], bool]
MANY = 10_000


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM], autouse=True)
def number(request: pytest.FixtureRequest) -> Iterator[int]:
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    yield request.param
    for n, handler in before.items():
        signal.signal(n, handler)


@pytest.fixture
def flood(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another interrupt comes each time that a handler looks where it struck."""
    runs: Runs = dropped_interrupts.runs
    left = iter(range(MANY))

    def struck(code: CodeType, frame: FrameType | None) -> bool:
        for _ in left:
            signal.raise_signal(number)
        return runs(code, frame)

    monkeypatch.setattr(dropped_interrupts, "runs", struck)


@pytest.mark.usefixtures("flood")
@pytest.mark.parametrize("handler", [hpo.cli.process.interrupt, hpo.workers.worker._interrupt])
def test_a_command_and_a_worker_are_told_once(
    number: int,
    handler: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hpo.cli.process, "_ends", None)  # which a command in this process has set
    signal.signal(number, handler)
    signal.raise_signal(number)  # neither works, so it is no exception


@pytest.mark.usefixtures("flood")
def test_what_waits_is_told_once(number: int) -> None:
    signal.signal(number, signal.default_int_handler)
    done = []
    with pytest.raises(KeyboardInterrupt), held_back():  # noqa: PT012
        signal.raise_signal(number)
        done.append("after it")
    assert done == ["after it"]


def test_the_next_one_is_handled_whether_or_not_one_was_an_exception(number: int) -> None:
    told: list[int] = []

    @one_at_a_time
    def handler(came: int, _: FrameType | None) -> None:
        told.append(came)
        os.kill(os.getpid(), came)
        if len(told) % 2:
            raise KeyboardInterrupt

    signal.signal(number, handler)
    for _ in range(4):
        with suppress(KeyboardInterrupt):
            signal.raise_signal(number)
    assert told == [number] * 4
