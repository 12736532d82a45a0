"""Memory of a training: what a step gives back, the next one takes again."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
_NEVER = 2**31 - 1


def keep_freed_memory() -> None:
    """Lets this process keep the memory that it frees, so that the system need not clear it anew.

    The GNU C library gives large blocks back at once. A step of the paper's network takes two
    gigabytes in such blocks, and a sixth of its time went into clearing their pages. Other C
    libraries are left as they are.
    """
    with suppress(OSError, AttributeError):  # no C library by that name, or none that can be told
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(_MMAP_MAX, 0)
        library.mallopt(_TRIM_THRESHOLD, _NEVER)
