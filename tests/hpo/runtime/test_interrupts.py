"""Real signals to this process: held back, let through, ignored."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hpo.runtime.interrupts import allowed, held_back, pause

SetHandler = Callable[[int, Any], Any]


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM], autouse=True)
def number(request: pytest.FixtureRequest) -> Iterator[int]:
    """One of the two signals; both end a process as Ctrl-C does."""
    before = {
        n: signal.signal(n, signal.default_int_handler) for n in (signal.SIGINT, signal.SIGTERM)
    }
    yield request.param
    for n, handler in before.items():
        signal.signal(n, handler)


def interrupt(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(0.01)  # Python runs handlers between two of its instructions


def test_an_interrupt_waits_for_the_end(number: int) -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), held_back():  # noqa: PT012
        interrupt(number)
        interrupt(number)
        done.append("after it")
    assert done == ["after it"]
    with held_back():
        done.append("the next is not interrupted")
    with pytest.raises(KeyboardInterrupt):
        interrupt(number)


def test_it_comes_through_while_an_item_is_made_and_not_between(number: int) -> None:
    def items(at: int) -> Iterator[int]:
        for item in range(5):
            if item == at:
                interrupt(number)
            yield item

    seen: list[int] = []
    with pytest.raises(KeyboardInterrupt), held_back():
        seen.extend(allowed(items(at=2)))
    assert seen == [0, 1]

    seen.clear()
    with pytest.raises(KeyboardInterrupt), held_back():  # noqa: PT012
        for item in allowed(items(at=9)):
            if item == 1:
                interrupt(number)
            seen.append(item)
    assert seen == [0, 1]
    with held_back():
        assert list(allowed(items(at=9))) == [0, 1, 2, 3, 4]


def test_the_error_within_goes_first_and_the_interrupt_is_not_kept(number: int) -> None:
    with pytest.raises(ValueError, match="broken"), held_back():  # noqa: PT012
        interrupt(number)
        raise ValueError("broken")
    with held_back():
        pass
    assert signal.getsignal(number) is signal.default_int_handler


def test_what_is_ignored_stays_ignored(number: int) -> None:
    signal.signal(number, signal.SIG_IGN)
    with held_back():
        interrupt(number)
        for _ in allowed(iter([1])):
            interrupt(number)
    assert signal.getsignal(number) is signal.SIG_IGN


def test_what_struck_outside_a_block_is_forgotten(number: int) -> None:
    def strike_in_the_pause() -> None:
        time.sleep(0.2)
        os.kill(os.getpid(), number)

    threading.Thread(target=strike_in_the_pause).start()
    with pytest.raises(KeyboardInterrupt):
        pause(120)
    with pytest.raises(KeyboardInterrupt):
        next(allowed(interrupt(number) for _ in range(1)))
    pause(0)
    assert list(allowed(iter([1]))) == [1]


def test_in_another_thread_nothing_is_held_back_nor_taken_from_the_main_one(number: int) -> None:
    """Handlers may be set, and run, in the main thread alone."""
    made: list[int] = []

    def work() -> None:
        with held_back():
            made.extend(allowed(iter([1, 2])))

    def beside_work() -> None:
        interrupt(number)
        before = signal.getsignal(number)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert made == [1, 2]
        assert signal.getsignal(number) is before

    with pytest.raises(KeyboardInterrupt), held_back():
        beside_work()


@pytest.mark.parametrize("call", range(4))
def test_an_interrupt_while_handlers_are_set_leaves_none_behind(
    number: int, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first two calls put them in place, the others take them away."""
    set_handler: SetHandler = signal.signal
    calls = iter(range(100))

    def struck(which: int, handler: Any) -> Any:  # noqa: ANN401
        if next(calls) == call:
            interrupt(number)
        return set_handler(which, handler)

    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    with monkeypatch.context() as patched:
        patched.setattr(signal, "signal", struck)
        with pytest.raises(KeyboardInterrupt), held_back():
            pass
    with pytest.raises(KeyboardInterrupt):
        interrupt(number)
    with held_back():
        assert list(allowed(iter([1]))) == [1]
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before


def test_however_often_it_comes_what_is_begun_is_ended(number: int) -> None:
    program: list[int] = []
    signal.signal(number, lambda came, _: program.append(came))
    begun, ended, struck, over = [0], [0], [0], threading.Event()

    def use_the_storage() -> None:
        begun[0] += 1
        time.sleep(0.0002)
        ended[0] += 1

    def train() -> Iterator[int]:
        for epoch in range(5):
            time.sleep(0.001)
            yield epoch

    def interrupt_again_and_again() -> None:
        while not over.wait(0.0003):
            os.kill(os.getpid(), number)

    thread = threading.Thread(target=interrupt_again_and_again)
    thread.start()
    deadline = time.monotonic() + 120
    try:
        while struck[0] < 100 or not program:  # outside of the blocks it is the program's
            assert time.monotonic() < deadline
            time.sleep(0.0001)
            try:
                with held_back():
                    use_the_storage()
                    try:
                        for _ in allowed(train()):
                            use_the_storage()
                    finally:
                        use_the_storage()
            except KeyboardInterrupt:
                struck[0] += 1
    finally:
        over.set()
        thread.join()
    assert begun == ended


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers there")
def test_a_timer_of_the_program_s_own_goes_on(number: int) -> None:
    rang: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda came, _: rang.append(came))
    try:
        signal.setitimer(signal.ITIMER_REAL, 600)
        with held_back():
            pass
        with pytest.raises(KeyboardInterrupt), held_back():
            interrupt(number)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 600
        with held_back():
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            deadline = time.monotonic() + 60
            while not rang and time.monotonic() < deadline:
                time.sleep(0.01)
        assert rang == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
