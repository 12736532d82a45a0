"""What a result depends on: versions of packages, the project's commit, and the machine."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel

from data.cores import usable_cores

PROJECT = Path(__file__).parents[2]
CPUINFO = Path("/proc/cpuinfo")


class Computer(BaseModel):
    """A computer that something was measured on.

    Attributes:
        processor: name of the processor, such as "AMD EPYC".
        instruction_set: widest instruction set that PyTorch uses, with bf16 or AMX if the
            processor multiplies bfloat16 in hardware: "AVX2", "AVX512", "AVX512 bf16",
            "AVX512 bf16 AMX".
        cores: number of cores that the process may use.
        threads: number of threads that PyTorch computes with.
        gpu: name of the GPU; None if there is none.
    """

    processor: str
    instruction_set: str
    cores: int
    threads: int
    gpu: str | None

    def __str__(self) -> str:
        gpu = f", {self.gpu}" if self.gpu else ""
        return (
            f"{self.processor} ({self.instruction_set}), {self.cores} cores, {self.threads} threads"
            f"{gpu}"
        )


@cache
def versions() -> dict[str, str]:
    """Versions of Python, torch, optuna and this project ("not installed" if run from its folder).

    Example:
        >>> sorted(versions())
        ['optuna', 'project', 'python', 'torch']
    """
    import torch  # not above: programs that only read results start without it

    found = {"python": platform.python_version(), "torch": torch.__version__}
    for key, package in (("optuna", "optuna"), ("project", "siamese-hpo")):
        try:
            found[key] = version(package)
        except PackageNotFoundError:
            found[key] = "not installed"
    return found


@cache
def commit() -> str | None:
    """The project's git commit, with "+changes" if files differ from it; None without git."""
    if not (PROJECT / ".git").exists():  # git would find a project around this one
        return None
    head, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "-uno")
    if head is None:
        return None
    return head[:12] + ("+changes" if changes else "")


def computer() -> Computer:
    """The computer that this process runs on, as PyTorch uses it now."""
    import torch

    return Computer(
        processor=_processor(),
        instruction_set=_instruction_set(),
        cores=usable_cores(),
        threads=torch.get_num_threads(),
        gpu=torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    )


def _processor() -> str:
    named = CPUINFO.read_text().partition("model name")[2] if CPUINFO.exists() else ""
    name = named.partition(":")[2].partition("\n")[0].strip()
    return name or platform.processor() or platform.machine()


def _instruction_set() -> str:
    import torch

    from model.device import has_bfloat16

    # The capability follows ATEN_CPU_CAPABILITY, by which a fast machine can act as a slow one.
    widest = torch.backends.cpu.get_cpu_capability()
    if widest != "AVX512":
        return widest
    bf16 = " bf16" if has_bfloat16(torch.device("cpu")) else ""
    return f"{widest}{bf16}{' AMX' if torch.cpu._is_amx_tile_supported() else ''}"


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(PROJECT), *words],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
