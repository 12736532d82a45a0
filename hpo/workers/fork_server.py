"""Starting a fresh process that has the project's libraries in memory already.

On Linux by a fork server: a process of its own that has imported them and nothing else - it opens
nothing, starts no thread and no CUDA - and of which every worker is a copy. So a worker starts in a
fraction of a second, and all of them share most of what torch takes of the memory. Elsewhere each
starts from nothing.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.process import BaseProcess

ON_FIRST_USE = "torch._dynamo"
"""What torch's optimisers import when they are first used."""
HELD_BACK = {signal.SIGINT, signal.SIGTERM}
HAS_SERVER = sys.platform == "linux"


def start(
    target: Callable[..., object],
    arguments: tuple[object, ...],
    environment: Mapping[str, str],
    modules: Iterable[str] = (),
) -> BaseProcess:
    """Starts target(*arguments) in a process of its own, with this environment.

    There, SIGINT and SIGTERM wait until it calls `let_signals_through`.

    Args:
        modules: to have in memory already; those of the first call count, for all.
    """
    kind = get_context("forkserver") if HAS_SERVER else get_context("spawn")
    process = kind.Process(target=_live, args=(target, arguments, dict(environment)))
    # One thread: numpy's library would start the others at once. Torch is told its own later on.
    changes = {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with _environment(changes | {"PYTHONSAFEPATH": "1"}):
        if HAS_SERVER:
            _ensure_server(modules)
        process.start()
    return process


def let_signals_through() -> None:
    """To be called once the handlers are in place."""
    if HAS_SERVER:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)


def _ensure_server(modules: Iterable[str]) -> None:
    """It ends with this process and with its copies, whichever live longer."""
    forkserver.set_forkserver_preload([*modules, ON_FIRST_USE])
    resource_tracker.ensure_running()  # else the server does this, and lets the signals through
    # What all processes of a terminal or a job are sent must not end the server: it alone learns
    # how its copies end.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD_BACK)
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(
    target: Callable[..., object], arguments: tuple[object, ...], environment: dict[str, str]
) -> None:
    # What the server imported is no garbage, and looking it through would copy it page by page.
    gc.freeze()
    # The server's environment is that of the moment in which it was started.
    os.environ.clear()
    os.environ.update(environment)
    target(*arguments)


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    """For processes started meanwhile."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
