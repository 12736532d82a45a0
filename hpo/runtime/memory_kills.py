"""How many processes the kernel has killed for lack of memory."""

from __future__ import annotations

from pathlib import Path

COUNTERS = Path("/proc/vmstat")


def memory_kills() -> int | None:
    """Number of this machine's processes killed for lack of memory since its start; None: unknown.

    Limits of containers count too. Linux alone tells.
    """
    try:
        counters = dict(line.split() for line in COUNTERS.read_text().splitlines())
        return int(counters["oom_kill"])
    except (OSError, KeyError, ValueError):
        return None


def about_memory(before: int | None, since: str) -> str:
    """What is known of kills for lack of memory, in words.

    Args:
        before: number of them at an earlier time; None if it is not known.
        since: that time, in words.

    Example:
        >>> about_memory(None, "today")
        'lack of memory may be the reason'
    """
    now = memory_kills()
    if now is None or before is None:
        return "lack of memory may be the reason"
    number = now - before
    killed = f"{number or 'no'} process{'' if number < 2 else 'es'}"
    return f"the kernel has killed {killed} of this machine for lack of memory {since}"
