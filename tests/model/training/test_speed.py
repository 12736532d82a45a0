"""The speed that is told is that of the steps to come."""

from __future__ import annotations

import pytest

import model.training.speed
from model.training.speed import Speed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(model.training.speed.time, "perf_counter", lambda: now[0])
    return now


def test_a_slow_first_step_does_not_count(clock: list[float]) -> None:
    speed = Speed()
    for now, pictures in ((10.0, 100), (11.0, 100), (12.0, 100)):
        clock[0] = now
        speed.step_done(pictures)
    assert speed.pictures_per_second == 100


def test_a_lone_step_counts(clock: list[float]) -> None:
    speed = Speed()
    clock[0] = 4.0
    speed.step_done(100)
    assert speed.pictures_per_second == 25


def test_waiting_for_the_device_counts(clock: list[float]) -> None:
    speed = Speed()
    for now, pictures in ((1.0, 100), (2.0, 100), (6.0, 0)):
        clock[0] = now
        speed.step_done(pictures)
    assert speed.pictures_per_second == 20


def test_a_wait_after_a_lone_step_counts(clock: list[float]) -> None:
    speed = Speed()
    for now, pictures in ((1.0, 100), (2.0, 0)):
        clock[0] = now
        speed.step_done(pictures)
    assert speed.pictures_per_second == 50
