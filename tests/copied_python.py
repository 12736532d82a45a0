"""A process that imports the libraries, and then becomes, in copies, what `ready_python` asks for.

It computes nothing, and starts no thread: as with the project's own fork server, the copies share
the libraries and nothing else.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import multiprocessing.util
import os
import runpy
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

PROJECT = Path(__file__).parents[1]
LONGEST = 1 << 20
"""Bytes of a request."""
MOST = 8
"""Files that come with a request."""
LIBRARIES = (
    "run_study",
    "hpo.run.run",
    "hpo.run.join",
    "hpo.console.summary",
    "hpo.console.status_view",
    "hpo.dashboard.plots",
    "optuna.importance",
    "pandas",
    "alembic.command",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "torch._dynamo",
    "hpo.workers.frozen",
)
"""What the commands import, at once or later; the last is `hpo.workers.fork_server.LAST`."""


def words_of_a_copy(requests: socket.socket) -> list[str]:
    """Makes a copy of this process for each request; returns in the copies alone.

    Returns:
        What the copy is to do, as words behind `python`.
    """
    while True:
        message, streams, _, _ = socket.recv_fds(requests, LONGEST, MOST)
        if not message:  # whoever asked has ended
            os._exit(0)
        request = json.loads(message)
        if (pid := orphaned_copy(request["new_session"])) is None:
            break
        for stream in streams:
            os.close(stream)
        requests.send(str(pid).encode())
    requests.close()
    put_at(streams, range(len(streams)))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["folder"])
    adopt(request["environment"])
    words: list[str] = request["words"]
    if "--workers" in words:
        return words_of_a_fork_server() or words
    return words


def orphaned_copy(new_session: bool) -> int | None:
    """The pid of a copy of this process, whose parent has ended; None in the copy."""
    ours, theirs = os.pipe()
    if not (parent := os.fork()):
        if os.fork():
            os._exit(0)
        if new_session:
            os.setsid()
        os.write(theirs, str(os.getpid()).encode())
        os.close(ours)
        os.close(theirs)
        return None
    os.waitpid(parent, 0)
    pid = int(os.read(ours, 20))
    os.close(ours)
    os.close(theirs)
    return pid


def words_of_a_fork_server() -> list[str] | None:
    """Makes a copy of this process that becomes its fork server, as soon as it starts one.

    Returns:
        In the copy, then, the words behind `python`; None in this process.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # It is not for a fork server, which nobody has asked for yet, to end by a signal to its group.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    if not (copy := os.fork()):
        ours.close()
        message, files, _, _ = socket.recv_fds(theirs, LONGEST, MOST)
        if not message:  # the process has ended without one
            os._exit(0)
        theirs.close()
        request = json.loads(message)
        put_at(files, request["numbers"])
        adopt(request["environment"])
        words: list[str] = request["words"]
        return words
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    theirs.close()
    start_python = multiprocessing.util.spawnv_passfds

    def start(path: str, words: Sequence[str], files: Sequence[int]) -> int:
        if "multiprocessing.forkserver" not in words[-1]:
            return int(start_python(path, words, files))
        multiprocessing.util.spawnv_passfds = start_python  # for the next, if this one dies
        request = {"words": words[-2:], "numbers": files, "environment": dict(os.environ)}
        with ours:
            socket.send_fds(ours, [json.dumps(request).encode()], files)
        return copy

    multiprocessing.util.spawnv_passfds = start
    return None


def put_at(files: Sequence[int], numbers: Sequence[int]) -> None:
    """Gives open files other numbers."""
    above = max(numbers) + 1
    for file, number in zip(
        [fcntl.fcntl(file, fcntl.F_DUPFD, above) for file in files], numbers, strict=True
    ):
        os.dup2(file, number)
        os.close(file)
    for file in set(files) - set(numbers):
        os.close(file)


def adopt(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None


def run(words: list[str]) -> None:
    """Does what `python` does with these words."""
    program, *sys.argv = words
    if program == "-c":
        code, sys.argv[0], sys.path[0] = sys.argv[0], "-c", ""
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(code, "<string>", "exec"), main.__dict__)
    elif program == "-m":
        sys.path[0] = os.getcwd()
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv.insert(0, program)
        sys.path[0] = str(Path(program).parent)
        runpy.run_path(program, run_name="__main__")


def end(status: int) -> None:
    """Ends this process as Python does, but for the libraries, which are not taken down one by one.

    That would take longer than all else of a short command: each page of them is copied for it.
    """
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.path[0] = str(PROJECT)
    connection = socket.socket(fileno=int(sys.argv[1]))
    for name in LIBRARIES:
        import_module(name)
    words = words_of_a_copy(connection)
    try:
        run(words)
        status = 0
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            raise
        status = ended.code or 0
    end(status)
