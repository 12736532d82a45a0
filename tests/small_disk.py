"""A small disk of its own, filled up and emptied while a study runs on it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    """A disk with a file that takes all the room.

    Attributes:
        folder: where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Takes all the room, also what is given up meanwhile."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    pass

    def empty(self) -> None:
        """Gives the room back."""
        self._filler.unlink()

    def remount(self, *options: str) -> None:
        """Changes how it is mounted."""
        command = ["mount", "-o", ",".join(("remount", *options)), str(self.folder)]
        subprocess.run(command, check=True, capture_output=True)

    def left(self) -> list[str]:
        """Names of files that were begun only."""
        return [path.name for path in self.folder.rglob("*.part")]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk]:
    """Mounts one; skips the test where that is not permitted."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a disk of its own cannot be mounted here: {error}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
