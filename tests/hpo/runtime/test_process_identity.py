"""Names of processes, and what is known of their end: real processes, containers, users."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from containers import in_container, needs_containers

from hpo.runtime.process_identity import (
    PREFIX,
    forget_the_ended,
    in_file_names,
    is_gone,
    shown,
    this_process,
)

PROJECT = Path(__file__).parents[3]
NAMED = "from hpo.runtime.process_identity import *; print(this_process(), flush=True); input()"
FILES = """
import sys
from pathlib import Path
from data.whole_files import replacing
from hpo.storage.workspace import Workspace
own = Workspace.of("quick", Path(sys.argv[1]))
with replacing(own.results) as partial:
    print(*(path.name for path in (own.scratch, own.logs, partial)))
"""
ASKED = "import sys; from hpo.runtime.process_identity import *; print(is_gone(sys.argv[1]))"


@contextmanager
def named(*command: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A process that lives and waits, and its name."""
    with subprocess.Popen(
        command or [sys.executable, "-c", NAMED],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def in_python(program: str, *words: str) -> str:
    """The shell's words for a Python program."""
    return " ".join(f"'{word}'" for word in (sys.executable, "-c", program, *words))


def answer(command: list[str]) -> str:
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr


def test_an_end_is_known_however_it_comes() -> None:
    with named() as (name, process):
        assert not is_gone(name)
        process.send_signal(signal.SIGSTOP)
        assert not is_gone(name)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert is_gone(name)  # before its parent has noticed
        process.wait()
        assert is_gone(name)
        assert is_gone(in_file_names(name))


def test_an_old_name_and_one_that_means_mischief_tell_nothing() -> None:
    host = this_process().split(":")[0]
    for name in (f"{host}:999999999:1", f"{host}:1:1", "", "name", f"{host}:1:../../etc/passwd"):
        assert not is_gone(name)
    assert [shown(name) for name in ("", "name", "box:7:1", this_process())] == [
        "",
        "name",
        "box:7",
        f"{host}:{os.getpid()}",
    ]


def test_of_another_kernel_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where machines share a folder for temporary files: one does not see the other's locks."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for boot, known in (("0" * 8, False), (this_process()[-24:-16], True)):
        token = boot + "1" * 16
        (tmp_path / f"{PREFIX}{token}").touch()
        assert is_gone(f"elsewhere:1:{token}") == known


def test_a_forked_copy_has_a_name_of_its_own_and_not_its_parents_life() -> None:
    program = """
import os
from hpo.runtime.process_identity import this_process
print(this_process(), flush=True)
if os.fork() == 0:
    print(this_process(), flush=True)
input()
"""
    with named(sys.executable, "-c", program) as (parent, process):
        assert process.stdout is not None
        child = process.stdout.readline().strip()
        assert child != parent
        process.kill()
        process.wait()
        assert (is_gone(parent), is_gone(child)) == (True, False)
        os.kill(int(child.split(":")[1]), signal.SIGKILL)


def test_threads_that_ask_first_at_one_moment_get_one_name() -> None:
    program = """
import threading
from hpo.runtime.process_identity import this_process
start, names = threading.Barrier(8), []
def ask():
    start.wait()
    names.append(this_process())
threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(names), len(set(names)))
"""
    assert answer([sys.executable, "-c", program]) == "8 1"


def test_without_a_folder_for_temporary_files_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with named() as (name, _):
        assert not is_gone(name)
        forget_the_ended()


def test_no_lock_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with named() as (_, process):
        assert len(list(tmp_path.iterdir())) == 1
        process.communicate("\n")
    assert not list(tmp_path.iterdir())
    with named() as (living, _), named() as (_, killed):
        killed.kill()
        killed.wait()
        forget_the_ended()  # another study may still ask for the one that was killed
        assert len(list(tmp_path.iterdir())) == 2
        for path in tmp_path.iterdir():
            os.utime(path, (0, 0))
        forget_the_ended()
        assert [path.name for path in tmp_path.iterdir()] == [f"{PREFIX}{living[-24:]}"]


@needs_containers
@pytest.mark.parametrize("shared", [True, False], ids=["one /tmp", "two of them"])
def test_containers_of_one_host_name_take_nobody_for_dead(shared: bool, tmp_path: Path) -> None:
    """Process numbers of one container mean nothing in the other."""
    folders = (None, None) if shared else (tmp_path / "a", tmp_path / "b")
    for folder in filter(None, folders):
        folder.mkdir()
    with named(*in_container(in_python(NAMED), folders[0])) as (name, process):
        assert name.startswith("box:")
        other = in_container(in_python(ASKED, name), folders[1])
        assert answer(other) == "False"
        process.kill()
        process.wait()
        # One kernel has the locks of all its containers; without its file nothing is known.
        assert answer(other) == str(shared)


@needs_containers
def test_a_user_from_whom_processes_are_hidden_takes_nobody_for_dead() -> None:
    with named() as (name, process):
        hide = "mount -t proc -o hidepid=2 proc /proc"
        ask = f"{hide} && setpriv --reuid 65534 --regid 65534 --clear-groups"
        command = ["unshare", "--mount", "sh", "-c", f"{ask} {in_python(ASKED, name)}"]
        assert answer(command) == "False"
        process.kill()
        process.wait()
        assert answer(command) == "True"


@needs_containers
def test_files_of_containers_of_one_host_name_do_not_clash(tmp_path: Path) -> None:
    """Scratch folders, logs, and files that are being written, of processes of one number."""
    command = in_container(in_python(FILES, str(tmp_path)))
    one, other = (answer(command).split() for _ in range(2))
    assert len(one) == len(other) == 3
    assert not set(one) & set(other)
