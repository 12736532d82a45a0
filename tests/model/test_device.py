"""Precision: bfloat16 where a processor multiplies it and torch may use that."""

from __future__ import annotations

import pytest
import torch

from model.device import has_bfloat16

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("widest", "multiplies", "expected"),
    [("AVX512", True, True), ("AVX512", False, False), ("AVX2", True, False)],
)
def test_bfloat16_needs_hardware_that_torch_may_use(
    widest: str, multiplies: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: widest)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: multiplies)
    assert has_bfloat16(CPU) is expected
