"""Cores that may be kept busy: those of the machine, of the process, of a container's quota."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import data.cores
from data.cores import SPINS, usable_cores
from run_study import app

PROJECT = Path(__file__).parents[2]
VERSION_1 = Path("/sys/fs/cgroup/cpu")
VERSION_2 = Path("/sys/fs/cgroup")
THREADS = """
from data.cores import settle_threads, usable_cores
settle_threads()
import torch
print(usable_cores(), torch.get_num_threads())
"""


@pytest.fixture
def half_a_core() -> Iterator[Path]:
    """A control group with a quota of half a core, and one within it without any."""
    old = (VERSION_1 / "cpu.cfs_quota_us").exists()
    group = (VERSION_1 if old else VERSION_2) / f"cores-{os.getpid()}"
    inner = group / "inner"
    try:
        inner.mkdir(parents=True)
        if old:
            (group / "cpu.cfs_quota_us").write_text("50000")
        else:
            (group / "cpu.max").write_text("50000 100000")
    except OSError as error:
        pytest.skip(f"no control groups can be made here: {error}")
    try:
        yield inner
    finally:
        inner.rmdir()
        group.rmdir()


@pytest.mark.parametrize(("given", "threads"), [(None, 1), ("2", 2)])
def test_a_real_quota_is_kept_to_unless_threads_are_given(
    given: str | None, threads: int, half_a_core: Path
) -> None:
    script = f"echo $$ > {half_a_core}/cgroup.procs && exec {sys.executable} -c '{THREADS}'"
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    if given is not None:
        environment["OMP_NUM_THREADS"] = given
    done = subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1", str(threads)]


@pytest.mark.parametrize(
    ("membership", "limits", "cores"),
    [
        ("0::/", {}, 8),
        ("0::/box/inner\n", {"cpu.max": "max 100000"}, 8),
        ("0::/box/inner\n", {"box/cpu.max": "150000 100000"}, 2),
        ("0::/box/inner\n", {"box/cpu.max": "max 1", "box/inner/cpu.max": "300000 100000"}, 3),
        ("0::/on/the/host\n", {"cpu.max": "50000 100000"}, 1),  # as a container sees its own
        ("0::/../../above\n", {"cpu.max": "400000 100000"}, 4),
        ("4:cpu,cpuacct:/box\n0::/\n", {"cpu/box/cpu.cfs_quota_us": "250000"}, 3),
        ("4:cpu,cpuacct:/box\n", {"cpu/cpu.cfs_quota_us": "-1"}, 8),
        ("4:cpuset:/box\n", {"cpu/box/cpu.cfs_quota_us": "100000"}, 8),
        ("4:cpu:/box\n", {"cpu/box/cpu.cfs_quota_us": "9900000"}, 8),
        ("0::/box\n", {"box/cpu.max": "no numbers"}, 8),
    ],
)
def test_the_tightest_quota_counts(
    membership: str,
    limits: dict[str, str],
    cores: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, groups = tmp_path / "own", tmp_path / "groups"
    own.write_text(membership)
    for name, limit in limits.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(limit)
        if name.endswith("quota_us"):
            (groups / name).with_name("cpu.cfs_period_us").write_text("100000")
    monkeypatch.setattr(data.cores, "MEMBERSHIP", own)
    monkeypatch.setattr(data.cores, "GROUPS", groups)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)))
    assert usable_cores() == cores


def test_without_control_groups_the_cores_count_that_it_may_run_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data.cores, "MEMBERSHIP", tmp_path / "none")
    assert usable_cores() == len(os.sched_getaffinity(0))


def test_every_command_keeps_to_the_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data.cores, "usable_cores", lambda: 3)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setattr(os, "environ", os.environ.copy())
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0
    assert os.environ["OMP_NUM_THREADS"] == "3"


@pytest.mark.parametrize(
    ("own", "then"),
    [
        ({}, SPINS),
        ({"GOMP_SPINCOUNT": "7"}, "7"),
        ({"OMP_WAIT_POLICY": "active"}, None),
    ],
)
def test_waiting_threads_sleep_soon_unless_somebody_wants_otherwise(
    own: dict[str, str], then: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {k: v for k, v in os.environ.items() if not k.startswith(("GOMP_", "OMP_"))}
    monkeypatch.setattr(os, "environ", others | own)
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0
    assert os.environ.get("GOMP_SPINCOUNT") == then


@pytest.mark.skipif(sys.platform != "linux", reason="another OpenMP than GNU's")
def test_threads_are_settled_before_openmp_asks() -> None:
    others = {k: v for k, v in os.environ.items() if not k.startswith(("GOMP_", "OMP_"))}
    done = subprocess.run(
        [sys.executable, "-c", THREADS],
        env=others | {"OMP_DISPLAY_ENV": "verbose", "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"GOMP_SPINCOUNT = '{SPINS}'" in done.stderr
