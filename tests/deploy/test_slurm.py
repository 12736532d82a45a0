"""deploy/slurm.sh, with stand-ins for Slurm's own programs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

STORAGE = "postgresql+psycopg://user:a-secret@host/database"
SRUN = ["srun", "--ntasks=1", "--cpus-per-task=4"]

Slurm = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def script(project: Path) -> Path:
    return project / "deploy/slurm.sh"


@pytest.fixture
def slurm(script: Path, tmp_path: Path) -> Slurm:
    """Runs the script as a task of an array; programs in `tmp_path` come before all others."""

    def run(*arguments: str, task: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", str(script), *arguments],
            env={
                "PATH": f"{tmp_path}:{os.environ['PATH']}",
                "HPO_STORAGE": STORAGE,
                "PYTHON": "python",
                "SLURM_ARRAY_TASK_ID": str(task),
                "SLURM_CPUS_PER_TASK": "4",
                "SLURM_JOB_ID": "1234",
                "SLURM_ARRAY_JOB_ID": "1234",
            }
            | environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[str, str], Path]:
    """Puts a program in the place of another; it notes its command line, then runs a script."""

    def put(name: str, script: str) -> Path:
        program, calls = tmp_path / name, tmp_path / f"{name}.calls"
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {calls}\n{script}\n')
        program.chmod(0o755)
        return calls

    return put


def test_bash_reads_it(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_sbatch_finds_its_options(script: Path) -> None:
    before_commands = re.split(r"^(?!#)", script.read_text(), maxsplit=1, flags=re.M)[0]
    options = dict(re.findall(r"^#SBATCH --([\w-]+)(?:=(\S+))?$", before_commands, re.M))
    assert re.fullmatch(r"TERM@\d+", options["signal"])
    assert {"array", "requeue", "time", "cpus-per-task"} <= set(options)
    assert len(options) == script.read_text().count("\n#SBATCH")


@pytest.mark.parametrize(("task", "commands"), [(0, ["run"]), (3, ["status", "join"])])
def test_a_dry_run_prints_commands_of_the_command_line(
    slurm: Slurm, parse: Callable[..., dict[str, object]], task: int, commands: list[str]
) -> None:
    done = slurm("quick", *(["--workers", "2"] if task == 0 else []), task=task, DRY_RUN="1")
    assert done.returncode == 0, done.stderr
    assert "secret" not in done.stdout + done.stderr
    *waiting, step = map(shlex.split, done.stdout.splitlines())
    assert step[: len(SRUN)] == SRUN
    parsed = [parse(line) for line in [*waiting, step[len(SRUN) :]]]
    assert [line["command"] for line in parsed] == commands
    assert {line.get("study", line.get("name")) for line in parsed} == {"quick"}
    assert parsed[-1]["workers"] == (2 if task == 0 else 1)


@pytest.mark.parametrize(
    ("arguments", "environment", "reason"),
    [([], {}, "name of a study"), (["quick"], {"HPO_STORAGE": ""}, "HPO_STORAGE")],
)
def test_what_is_missing_is_named(
    slurm: Slurm, arguments: list[str], environment: dict[str, str], reason: str
) -> None:
    done = slurm(*arguments, **environment, DRY_RUN="1")
    assert done.returncode != 0
    assert reason in done.stderr
    assert done.stdout == ""


def test_a_worker_waits_for_the_study(
    slurm: Slurm, stand_in: Callable[[str, str], Path], tmp_path: Path
) -> None:
    asked = stand_in("python", f"[ $(wc -l < {tmp_path}/python.calls) -gt 2 ]")
    slept = stand_in("sleep", "")
    joined = stand_in("srun", "exit 0")
    done = slurm("quick", task=3)
    assert done.returncode == 0, done.stderr
    assert asked.read_text() == 3 * "python run_study.py status quick\n"
    assert slept.read_text().count("\n") == 2
    assert joined.read_text() == f"{shlex.join(SRUN)} python run_study.py join quick\n"


@pytest.mark.parametrize(("status", "requeued"), [(0, False), (1, False), (2, False), (130, True)])
def test_who_was_told_to_end_is_queued_again(
    slurm: Slurm, stand_in: Callable[[str, str], Path], status: int, requeued: bool
) -> None:
    stand_in("srun", f"exit {status}")
    calls = stand_in("scontrol", "")
    assert slurm("quick").returncode == status
    assert calls.exists() == requeued
    assert not requeued or calls.read_text() == "scontrol requeue 1234_0\n"


def test_each_task_uses_the_cores_it_was_given(
    slurm: Slurm, stand_in: Callable[[str, str], Path], tmp_path: Path
) -> None:
    stand_in("srun", f"echo $OMP_NUM_THREADS > {tmp_path}/threads")
    slurm("quick", SLURM_CPUS_PER_TASK="3")
    assert (tmp_path / "threads").read_text() == "3\n"
