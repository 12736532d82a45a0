"""Fresh processes that have the project's libraries in memory already.

On Linux they are copies of a fork server: a process that has imported the libraries and done
nothing else. It has opened no file, and started no thread and no CUDA. So a worker starts in a
fraction of a second, and workers share most of the memory that torch takes. On other systems each
process imports the libraries itself.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.process import BaseProcess

from data.errors import InputError
from hpo.runtime.interrupts import SIGNALS, inherited_block

ON_FIRST_USE = ("torch._dynamo", "alembic.command")
"""Modules that torch's optimisers and Optuna's storages import when they are first used."""
LAST = f"{__package__}.frozen"
"""Module that is imported after all others."""
LONGEST_FOLDER = 107 - len("/pymp-12345678/listener-12345678")
"""Bytes in the name of the folder for temporary files that leave room for a socket's name."""
SHORT = ("/tmp", "/var/tmp", "/dev/shm")
"""Folders that sockets go to where the folder's name is too long."""
HAS_SERVER = sys.platform == "linux"


def start(
    target: Callable[..., object],
    arguments: tuple[object, ...],
    environment: Mapping[str, str],
    modules: Iterable[str] = (),
) -> BaseProcess:
    """Starts target(*arguments) in a new process.

    SIGINT and SIGTERM wait there until it calls `let_signals_through`.

    Args:
        target: function of a module.
        arguments: what it is called with; must survive pickling.
        environment: the new process's environment variables.
        modules: modules to have in memory already; those of the first call hold for all.
    """
    kind = get_context("forkserver") if HAS_SERVER else get_context("spawn")
    process = kind.Process(target=_live, args=(target, arguments, dict(environment)))
    # One thread: numpy's library would start more at once. Torch is told its number later.
    changes = {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with _environment(changes | {"PYTHONSAFEPATH": "1"}):
        if HAS_SERVER:
            _ensure_server(modules)
        process.start()
    return process


def let_signals_through() -> None:
    """Lets SIGINT and SIGTERM through in a process of `start`, once it has handlers for them."""
    if HAS_SERVER:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _ensure_server(modules: Iterable[str]) -> None:
    """Starts the fork server, unless it runs.

    It ends when this process and all copies have ended.
    """
    forkserver.set_forkserver_preload([*modules, *ON_FIRST_USE, LAST])
    resource_tracker.ensure_running()  # else the server starts it, which lets the signals through
    # A signal to all processes of a terminal or a job must not end the server, for only the server
    # learns how its copies end.
    with inherited_block(set(SIGNALS)), _short_temporary_folder():
        forkserver.ensure_running()


@contextmanager
def _short_temporary_folder() -> Iterator[None]:
    """Lets multiprocessing put its sockets where their names are not too long for the kernel.

    Raises:
        InputError: there is no such place.
    """
    before, named = tempfile.tempdir, tempfile.gettempdir()
    if len(os.fsencode(named)) > LONGEST_FOLDER:
        short = next((place for place in SHORT if os.access(place, os.W_OK | os.X_OK)), None)
        if short is None:
            raise InputError(
                f"TMPDIR {named}: its name is too long for a socket's in it; allowed are"
                f" {LONGEST_FOLDER} bytes"
            )
        tempfile.tempdir = short
    try:
        yield
    finally:
        tempfile.tempdir = before


def _live(
    target: Callable[..., object], arguments: tuple[object, ...], environment: dict[str, str]
) -> None:
    # The server has the environment of the moment in which it was started.
    os.environ.clear()
    os.environ.update(environment)
    target(*arguments)


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    """Changes environment variables within the block, for processes started there."""
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
