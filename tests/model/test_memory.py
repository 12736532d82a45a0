"""A training's memory stays with its process."""

from __future__ import annotations

import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
import torch
from model.memory import keep_freed_memory

if sys.argv[1] == "keeping":
    keep_freed_memory()
def faults(megabytes):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(megabytes * 2**20 // 4)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(faults(128), faults(64))
"""


def faults(how: str) -> list[int]:
    command = [sys.executable, "-c", FAULTS, how]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [int(number) for number in shown.stdout.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="the GNU C library's")
def test_what_a_step_gives_back_the_next_one_takes_again() -> None:
    """A page is faulted in when it is first touched, and again if the system took it back."""
    pages = 64 // 2  # of the second block, as few as there may be, were they huge ones
    assert min(faults("plain")) >= pages
    first, second = faults("keeping")
    assert first >= pages
    assert second < pages / 2
