"""deploy/slurm.sh on a real Slurm, with PostgreSQL over TCP."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import optuna
import pytest
from slurm_cluster import SlurmCluster, needs_slurm
from tiny_study import tiny_study

TRIALS = 16
TASKS = ("0", "1", "2")

pytestmark = needs_slurm


@pytest.fixture
def cluster() -> Iterator[SlurmCluster]:
    with SlurmCluster() as cluster:
        yield cluster


def test_tasks_that_are_queued_again_finish_the_study_to_the_exact_budget(
    cluster: SlurmCluster, behind: str, project: Path, tmp_path: Path
) -> None:
    # A file of the study's bare name: for `run` it is the file, for `join` the name.
    (tmp_path / "tiny").write_text(tiny_study(trials=TRIALS, epochs=4, steps=40))
    (tmp_path / "run_study.py").symlink_to(project / "run_study.py")
    _put_short_sleep(tmp_path / "bin")
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    cluster.environment |= {"HPO_STORAGE": behind, "PYTHON": sys.executable, "PATH": path}
    options = ["--parsable", "--array=0-2", "--cpus-per-task=1", "--mem=1G", f"--chdir={tmp_path}"]
    job = cluster.run("sbatch", *options, project / "deploy/slurm.sh", "tiny").strip()

    def printed() -> str:
        return "\n".join(file.read_text() for file in sorted(tmp_path.glob("slurm-*.txt")))

    def wait_until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 100
        while not condition():
            assert time.monotonic() < deadline, printed()
            time.sleep(0.3)

    def finished() -> dict[int, float | None]:
        if "tiny" not in optuna.get_all_study_names(behind):
            return {}
        trials = optuna.load_study(study_name="tiny", storage=behind).trials
        return {trial.number: trial.value for trial in trials if trial.state.is_finished()}

    def all_tasks(**fields: str) -> bool:
        return all(cluster.task(job, task).items() >= fields.items() for task in TASKS)

    wait_until(lambda: len(finished()) >= 2 and cluster.steps(job) == len(TASKS))
    # As before the time limit: the steps are told to end, the scripts are not.
    cluster.run("scancel", "--signal=TERM", f"{job}_0", f"{job}_1")
    # As an administrator does, or a job that takes precedence: steps and scripts are ended.
    cluster.run("scontrol", "requeue", f"{job}_2")
    wait_until(lambda: all_tasks(Restarts="1"))
    before = finished()
    assert len(before) < TRIALS
    assert not (tmp_path / "runs/tiny/results.json").exists()

    wait_until(lambda: all_tasks(JobState="COMPLETED", Restarts="1"))
    after = finished()
    assert len(after) == TRIALS
    assert after.items() >= before.items()
    assert len(optuna.load_study(study_name="tiny", storage=behind).trials) == TRIALS
    assert (tmp_path / "runs/tiny/results.json").is_file()


def _put_short_sleep(folder: Path) -> None:
    """Puts a `sleep` there that takes three seconds: tasks look for the study more often."""
    folder.mkdir()
    (folder / "sleep").write_text("#!/bin/sh\nPATH=/usr/bin:/bin exec sleep 3\n")
    (folder / "sleep").chmod(0o755)
