"""Processor cores that this process may keep busy, and how its threads share them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from math import ceil
from pathlib import Path, PurePosixPath

MEMBERSHIP = Path("/proc/self/cgroup")
GROUPS = Path("/sys/fs/cgroup")
SPINS = "3000"
"""How often a thread of GNU's OpenMP looks whether it may go on before it sleeps.

The library's own number is a hundred times as large. Far fewer cost a quiet machine speed, and far
more a busy one.
"""


def usable_cores() -> int:
    """Number of cores that this process may keep busy, at least 1.

    Those that it may run on, and no more than its quota of their time, rounded up: what
    `docker run --cpus` and Kubernetes's limits set. Linux alone tells of a quota.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min([cores, *map(ceil, _quotas())]))


def settle_threads() -> None:
    """Makes the threads of libraries that are imported later fit what else this machine does.

    - No more of them than the quota has cores: libraries count the cores that this process may run
      on, and their threads then wait most of the time for their turn.
    - One that waits for the others sleeps soon. Else it keeps a core busy for a millisecond at
      every operation, in which the one that it waits for cannot run if another program has the
      other core: a training of two threads nearly stands still beside two busy programs.

    Somebody's own environment variables stay.
    """
    cores = usable_cores()
    if cores < (os.cpu_count() or 1):
        os.environ.setdefault("OMP_NUM_THREADS", str(cores))
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def _quotas() -> Iterator[float]:
    """Cores' worth of time of this process's control groups, and of those that they are in."""
    with suppress(OSError):  # not Linux, or no control groups
        for line in MEMBERSHIP.read_text(errors="replace").splitlines():
            _, controllers, place = line.split(":", 2)
            if controllers and "cpu" not in controllers.split(","):
                continue
            # In a container, the host's name of its group may lead nowhere; its own is the root.
            own = PurePosixPath(place.removeprefix("/"))
            root = GROUPS / "cpu" if controllers else GROUPS
            for group in (root / own, *(root / above for above in own.parents)):
                with suppress(OSError, ValueError):  # no such group or limit; "max" is none
                    if controllers:
                        quota = int((group / "cpu.cfs_quota_us").read_text())
                        period = int((group / "cpu.cfs_period_us").read_text())
                    else:
                        quota, period = map(int, (group / "cpu.max").read_text().split())
                    if quota > 0:
                        yield quota / period
