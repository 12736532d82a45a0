"""Commands in containers: PID, mount and host-name namespaces of their own, one host name."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

HOST = "box"


@cache
def _can_be_made() -> bool:
    return (
        shutil.which("unshare") is not None
        and not subprocess.run([*in_container("true")], capture_output=True, check=False).returncode
    )


def in_container(script: str, temporary: Path | None = None) -> list[str]:
    """The command that runs a shell script in a container of the host name "box".

    Args:
        temporary: folder for temporary files that this container alone has; None shares the host's.
    """
    own = ""
    if temporary:  # at one place for all containers, which is not /tmp: the project may be there
        place = temporary.with_name("temporary")
        place.mkdir(exist_ok=True)
        own = f"mount --bind {temporary} {place} && export TMPDIR={place} && "
    script = f"{own}hostname {HOST} && {script}"
    kinds = ("--pid", "--uts", "--mount", "--fork", "--kill-child", "--mount-proc")
    return ["unshare", *kinds, "sh", "-c", script]


needs_containers = pytest.mark.skipif(
    os.name != "posix" or not _can_be_made(), reason="namespaces cannot be made here"
)
