"""Processes of Python that have the libraries in memory already, and start at once.

A command imports torch, Optuna and plotly for some seconds before it does anything. Where a test
is not about that, its processes are copies of one that has imported them; see `copied_python`.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SET_CHILD_SUBREAPER = 36
STREAMS = (("p2cread", 0), ("c2pwrite", 1), ("errwrite", 2))
"""A process's stdin, stdout and stderr, by subprocess's names; and by number, this process's."""
PIPES = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")


class ReadyPython(subprocess.Popen):
    """subprocess.Popen([sys.executable, *words], ...), whose process has the libraries in memory.

    It is a child of this process, with a pid, an exit status, a folder, an environment and streams
    of its own, and starts a fork server of its own. But its command line in /proc is not its own.

    Of Popen's arguments these are heeded: stdin, stdout, stderr, text, cwd, env, start_new_session.
    """

    def __init__(self, words: list[str], **settings: Any) -> None:  # noqa: ANN401
        super().__init__([sys.executable, *words], **settings)

    def _execute_child(self, *arguments: Any) -> None:  # noqa: ANN401
        if sys.platform != "linux":
            super()._execute_child(*arguments)
            return
        given = inspect.signature(super()._execute_child).bind(*arguments).arguments
        request = {
            "words": given["args"][1:],
            "folder": os.fspath(given["cwd"] or os.getcwd()),
            "environment": dict(os.environ if given["env"] is None else given["env"]),
            "new_session": given["start_new_session"],
        }
        streams = [own if given[name] == -1 else given[name] for name, own in STREAMS]
        with _orphans_adopted():
            message = json.dumps(request, default=os.fspath).encode()
            _, connection = _copied()
            socket.send_fds(connection, [message], streams)
            self.pid = int(connection.recv(20))
        self._child_created = True
        self._close_pipe_fds(*(given[name] for name in PIPES))


def run_ready_python(
    words: list[str],
    timeout: float = 120,
    **settings: Any,  # noqa: ANN401
) -> subprocess.CompletedProcess[str]:
    """subprocess.run(...) of a `ReadyPython`, with all that it prints as text."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with ReadyPython(words, **(streams | settings)) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@contextmanager
def _orphans_adopted() -> Iterator[None]:
    """Makes processes whose parent ends meanwhile children of this process."""
    library = ctypes.CDLL(None)
    library.prctl(SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        library.prctl(SET_CHILD_SUBREAPER, 0)


@cache
def _copied() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """The process that is copied, and the connection to it; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, str(FOLDER / "copied_python.py"), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            # Python looks, as it starts, at what its streams are: these are pipes, as the copies'.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
    process.returncode = 0  # nobody waits for its end
    return process, ours
