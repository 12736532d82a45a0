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


@pytest.mark.parametrize(("now", "later"), [((), 50.0), ((100,), 300 / 5)])
def test_steps_before_an_interruption_count_where_too_few_follow(
    clock: list[float], now: tuple[int, ...], later: float
) -> None:
    clock[0] = 1000.0
    speed = Speed(seconds=4.0)
    speed.done_before(100)
    speed.done_before(100)
    for pictures in now:
        clock[0] += 1.0
        speed.step_done(pictures)
    speed.step_done(0)
    assert speed.pictures_per_second == later


def test_steps_before_an_interruption_do_not_count_beside_others(clock: list[float]) -> None:
    speed = Speed(seconds=4.0)
    speed.done_before(200)
    for now in (10.0, 11.0, 12.0):
        clock[0] = now
        speed.step_done(100)
    assert speed.pictures_per_second == 100
