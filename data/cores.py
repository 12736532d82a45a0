"""Processor cores that this process may keep busy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from math import ceil
from pathlib import Path, PurePosixPath

MEMBERSHIP = Path("/proc/self/cgroup")
GROUPS = Path("/sys/fs/cgroup")


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


def keep_to_quota() -> None:
    """Lets libraries that are imported later start no more threads than the quota has cores.

    They count the cores that this process may run on, and then wait most of the time for their
    turn. Somebody's own OMP_NUM_THREADS stays.
    """
    cores = usable_cores()
    if cores < (os.cpu_count() or 1):
        os.environ.setdefault("OMP_NUM_THREADS", str(cores))


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
