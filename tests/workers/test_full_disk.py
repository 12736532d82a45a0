"""A disk that fills up while a study runs: one line, no trial fails for it, and it goes on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from short_study import Start, Write, trials_of, wait_for
from small_disk import SmallDisk, small_disk

from hpo.database.opening import open_storage
from hpo.storage.stored_results import StoredResults
from hpo.storage.studies import stored_study
from hpo.trials.budget import counts

FULL = "cannot be written: no space left on device; once there is room, the same command goes on"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", "20m") as mounted:
        yield mounted


def ended(process: subprocess.Popen[str], why: str, below: str) -> None:
    """The command has ended with one line, which names a place below this one."""
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    failed = [line for line in err.splitlines() if "Error" in line or "failed" in line]
    assert len(failed) == 1, err
    assert failed[0].startswith("failed: ")
    assert failed[0].endswith(why)
    assert below in failed[0]


def finished(process: subprocess.Popen[str], storage: str, trials: int) -> None:
    """The command has finished the study, to the exact budget, and no trial has failed."""
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found = counts(trials_of(storage))
    assert (found.done, found.failed, found.running) == (trials, 0, 0)


@pytest.mark.parametrize(("full", "workers"), [("folder", 1), ("storage", 2), ("artifacts", 2)])
def test_a_disk_that_fills_up_ends_the_search_and_no_trial(
    full: str, workers: int, disk: SmallDisk, write_study: Write, start: Start, tmp_path: Path
) -> None:
    places = {"folder": "out", "storage": "study.db", "artifacts": "store"}
    places = {what: f"disk/{name}" if full == what else name for what, name in places.items()}
    if full == "folder":
        places |= {"storage": "disk/out/study.db", "artifacts": ""}
    storage = f"sqlite:///{tmp_path / places['storage']}"
    words = ["run", write_study(trials=6, steps=20), "--output", places["folder"]]
    words += ["--storage", storage, "--workers", workers]
    words += ["--artifacts", places["artifacts"]] if places["artifacts"] else []
    process = start(*words)
    wait_for(lambda: counts(trials_of(storage)).done > 0)
    disk.fill()
    ended(process, FULL, "disk/")
    assert counts(trials_of(storage)).failed == 0
    assert disk.left() == []
    disk.empty()
    finished(start(*words), storage, 6)


def test_a_store_that_is_only_readable_now_ends_the_search_and_no_trial(
    disk: SmallDisk, write_study: Write, start: Start, tmp_path: Path
) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    words = ["run", write_study(trials=5, steps=20), "--storage", storage, "--output", "out"]
    words += ["--artifacts", "disk/store"]
    process = start(*words)
    wait_for(lambda: counts(trials_of(storage)).done > 0)
    wait_for(lambda: _tried(lambda: disk.remount("ro")))  # not while a file there is written
    ended(process, FULL.replace("no space left on device", "read-only file system"), "disk/store")
    disk.remount("rw")
    finished(start(*words), storage, 5)


def test_a_disk_that_fills_up_during_the_retraining_ends_it_and_nothing_is_tested(
    disk: SmallDisk, write_study: Write, start: Start, tmp_path: Path
) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    study = write_study(trials=2, steps=20)
    study.write_text(study.read_text().replace("epochs = 1 }", "epochs = 12 }", 1))
    words = ["run", study, "--storage", storage, "--output", "disk/out"]
    process = start(*words)
    wait_for(lambda: any(Path("disk/out").glob("unfinished-short/retrained-*/*.safetensors")))
    disk.fill()
    ended(process, FULL, "disk/out/unfinished-short/retrained-")
    assert disk.left() == []
    assert StoredResults.of(stored_study("short", open_storage(storage, create=False))[0]) is None
    disk.empty()
    finished(start(*words), storage, 2)


def test_results_that_found_no_room_are_written_when_there_is(
    disk: SmallDisk, write_study: Write, start: Start, tmp_path: Path
) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    words = ["run", write_study(trials=2), "--storage", storage, "--output"]
    finished(start(*words, "out"), storage, 2)
    (disk.folder / "out").mkdir()
    disk.fill()
    ended(start(*words, "disk/out"), FULL, "disk/out")
    assert not list((disk.folder / "out").rglob("*"))
    disk.empty()
    finished(start(*words, "disk/out"), storage, 2)
    assert (disk.folder / "out/results.json").read_bytes() == Path("out/results.json").read_bytes()


def test_logs_that_find_no_room_are_lost_and_nothing_else(
    disk: SmallDisk, write_study: Write, start: Start, tmp_path: Path
) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    (disk.folder / "logs").mkdir()
    Path("out").mkdir()
    Path("out/logs").symlink_to(disk.folder / "logs")
    disk.fill()
    words = ["run", write_study(trials=3), "--storage", storage, "--output", "out"]
    finished(start(*words, "--workers", 2), storage, 3)


def _tried(operation: Callable[[], object]) -> bool:
    try:
        operation()
    except subprocess.CalledProcessError:
        return False
    return True
