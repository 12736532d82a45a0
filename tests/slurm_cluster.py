"""A Slurm cluster of one's own: two nodes on this machine, for the time of a `with`."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest
from held_port import held_port

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scancel", "scontrol")
CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.txt
SlurmdLogFile={folder}/%n.txt
# A task that is queued again waits until its credential has run out.
AuthInfo=socket={folder}/munge.socket,cred_expire={requeue_wait}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# Both nodes have two cores, whatever this machine has.
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port={port1} CPUs=2 RealMemory=16000
NodeName=node2 NodeHostname={host} NodeAddr=127.0.0.1 Port={port2} CPUs=2 RealMemory=16000
PartitionName=all Nodes=ALL Default=YES
"""
PATIENCE = 20.0
"""Seconds that the cluster may take to start."""

needs_slurm = pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)),
    reason="needs Slurm and munge (Debian: slurm-wlm and munge)",
)


class SlurmCluster:
    """slurmctld, two slurmd and munged.

    Args:
        requeue_wait: seconds for which a task that is queued again waits.

    Attributes:
        environment: environment in which Slurm's programs talk to this cluster.
    """

    def __init__(self, requeue_wait: int = 5) -> None:
        self._requeue_wait = requeue_wait
        self._stack = ExitStack()
        self.environment = dict(os.environ)

    def __enter__(self) -> Self:
        with self._stack:
            # Not below pytest's folder: a socket's path may not be long.
            name = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="slurm-"))
            folder = Path(name)
            (folder / "state").mkdir()
            folder.chmod(0o755)
            (folder / "munge.key").write_bytes(secrets.token_bytes(128))
            (folder / "munge.key").chmod(0o400)
            port, port1, port2 = (self._stack.enter_context(held_port()) for _ in range(3))
            configuration = CONFIGURATION.format(
                host=socket.gethostname().split(".")[0],
                user=pwd.getpwuid(os.getuid()).pw_name,
                folder=folder,
                requeue_wait=self._requeue_wait,
                port=port,
                port1=port1,
                port2=port2,
            )
            (folder / "slurm.conf").write_text(configuration)
            self.environment["SLURM_CONF"] = str(folder / "slurm.conf")
            files = [f"--{kind}-file={folder}/munge.{kind}" for kind in ("key", "pid", "log")]
            files += [f"--seed-file={folder}/munge.seed", f"--socket={folder}/munge.socket"]
            self._start("munged", "--foreground", "--force", *files)
            _wait_for((folder / "munge.socket").exists)
            self._start("slurmctld", "-D")
            self._start("slurmd", "-D", "-N", "node1")
            self._start("slurmd", "-D", "-N", "node2")
            _wait_for(lambda: self._nodes() == ["idle", "idle"])
            self._stack.callback(self._cancel)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, *words: object) -> str:
        """Does one of Slurm's commands; returns what it printed."""
        done = subprocess.run(
            list(map(str, words)), env=self.environment, capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def task(self, job: str, number: str) -> dict[str, str]:
        """What Slurm knows of a task of an array, as JobState and Restarts."""
        shown = self.run("scontrol", "show", "job", f"{job}_{number}")
        return dict(re.findall(r"(\w+)=(\S*)", shown))

    def steps(self, job: str) -> int:
        """How many steps of an array's tasks run: programs that `srun` has started."""
        running = self.run("squeue", "--noheader", "--steps", "--format=%i").split()
        return len([step for step in running if step.startswith(f"{job}_") and step.endswith(".0")])

    def _start(self, *words: str) -> None:
        process = subprocess.Popen(words, env=self.environment, stderr=subprocess.DEVNULL)
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)

    def _nodes(self) -> list[str]:
        done = subprocess.run(
            ["sinfo", "--noheader", "--Node", "--format=%t"],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        return done.stdout.split()

    def _cancel(self) -> None:
        """Ends what still runs: slurmd leaves it to itself."""
        self.run("scancel", "--full", "--signal=KILL", "--user", os.getuid())
        self.run("scancel", "--user", os.getuid())
        _wait_for(lambda: not self.run("squeue", "--noheader"))


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the cluster does not start, or does not end"
        time.sleep(0.1)
