"""A machine made of namespaces: processes, host name and network of its own, and a clock."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chaos.network import Bridge
from benchmarks.chaos.processes import children

PROJECT = Path(__file__).parents[2]
BOOT = (
    'hostname "$0" && mount -t tmpfs shm /dev/shm && echo up && while :; do sleep 60 & wait; done'
)
"""What a machine's first process does; it collects processes whose parents have ended."""
CLOCK = Path(__file__).with_name("clock.c")


@dataclass
class Machine:
    """A machine; off at first.

    Attributes:
        number: from 1 on.
        host: its host name, which others may have too.
        folder: its files, and the current folder of its commands.
        temporary: its folder for temporary files.
        clock: minutes by which its clock is wrong.
        bridge: what it is connected to; None leaves it in the host's network.
        environment: variables of its commands, beside the host's.
    """

    number: int
    host: str
    folder: Path
    temporary: Path
    clock: int = 0
    bridge: Bridge | None = None
    environment: dict[str, str] = field(default_factory=dict)
    _shell: subprocess.Popen[str] | None = None
    _init: int = 0

    @property
    def is_up(self) -> bool:
        return self._shell is not None and self._shell.poll() is None

    def boot(self) -> None:
        """Switches it on."""
        for folder in (self.folder, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
        if self.clock and not self._clock_library.exists():
            words = ["cc", "-O2", "-shared", "-fPIC", "-o", str(self._clock_library)]
            subprocess.run([*words, str(CLOCK), "-ldl"], check=True)
        kinds = ["--pid", "--uts", "--mount", *(["--net"] if self.bridge else [])]
        self._shell = subprocess.Popen(
            [
                "unshare",
                *kinds,
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-c",
                BOOT,
                self.host,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._shell.stdout is not None
        if self._shell.stdout.readline() != "up\n":
            raise OSError("namespaces cannot be made here")
        (self._init,) = children(self._shell.pid)
        if self.bridge:
            self.bridge.plug_in(self.number, self._init)

    def lose_power(self) -> None:
        """All its processes are killed, and its connections are never closed."""
        if self.bridge:
            self.bridge.unplug(self.number)
        if self._shell is not None:
            self._shell.kill()  # the kernel kills what it started
            self._shell.wait()

    def start(self, words: Sequence[str], said: Path) -> subprocess.Popen[bytes]:
        """Starts a command, whose only child is the command as it runs inside.

        Args:
            words: the command.
            said: file for what it writes to stderr.
        """
        with said.open("wb") as err:
            return subprocess.Popen(self._inside(words), stdout=subprocess.DEVNULL, stderr=err)

    def clock_error(self) -> float:
        """Seconds by which its processes' clock is ahead of the host's."""
        code = "import time; print(time.time())"
        ran = subprocess.run(
            self._inside([sys.executable, "-c", code]), capture_output=True, check=True, text=True
        )
        return round(float(ran.stdout) - time.time(), 1)

    @property
    def _clock_library(self) -> Path:
        return self.folder / "clock.so"

    def _inside(self, words: Sequence[str]) -> list[str]:
        variables = {"TMPDIR": str(self.temporary)} | self.environment
        if self.clock:
            variables |= {
                "LD_PRELOAD": str(self._clock_library),
                "CHAOS_CLOCK": str(60 * self.clock),
            }
        kinds = ["--pid", "--uts", "--mount", *(["--net"] if self.bridge else [])]
        return [
            *("nsenter", "--target", str(self._init), *kinds),
            *("env", "-C", str(self.folder), *(f"{k}={v}" for k, v in variables.items())),
            *words,
        ]
