"""Devices: where to compute, and in which precision."""

from __future__ import annotations

import torch

from data.errors import InputError


def resolve_device(name: str) -> torch.device:
    """Finds the device that a name stands for; "auto" takes a CUDA GPU if there is one.

    Raises:
        InputError: this machine has no such device.

    Example:
        >>> resolve_device("cpu")
        device(type='cpu')
    """
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return torch.device("cuda" if found else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = torch.device("meta")
    if device.type == "cpu":
        return torch.device("cpu")
    if device.type != "cuda":
        raise InputError(f"--device {name}: allowed are auto, cpu, cuda and cuda:N")
    # By its name: PyTorch takes 256 for 0, and numbers from 128 on for some below 0.
    if int(name.partition(":")[2] or 0) >= found:
        raise InputError(f"--device {name}: this machine has {found} usable CUDA GPUs; use cpu")
    return device


def has_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 in hardware; emulated, it is slower than float32.

    A processor that is told to do without AVX-512 (ATEN_CPU_CAPABILITY=avx2) has none.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    widest = torch.backends.cpu.get_cpu_capability()
    return widest.startswith("AVX512") and torch.cpu._is_avx512_bf16_supported()


def autocast(device: torch.device) -> torch.autocast:
    """Context in which convolutions and matrix products are in bfloat16 where that is fast."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device))


def device_name(device: torch.device) -> str:
    """Name of a device, such as "cpu" or "cuda:0 NVIDIA H100"."""
    if device.type != "cuda":
        return str(device)
    return f"{device} {torch.cuda.get_device_name(device)}"
