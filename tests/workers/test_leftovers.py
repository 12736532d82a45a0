"""What killed processes leave behind, and who clears it."""

import os
import signal
from pathlib import Path

import pytest
from short_study import Start, Write, trials_of, wait_for

from hpo.database.opening import open_storage
from hpo.storage.studies import files_begin_with, stored_study


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_the_next_command_clears_what_a_killed_one_left(
    storage: str, write_study: Write, start: Start, tmp_path: Path
) -> None:
    words = ("--storage", storage, "--artifacts", "shared", "--workers", 2)
    first = start("run", write_study(trials=12, epochs=4, steps=60), *words)
    wait_for(lambda: bool(trials_of(storage)))
    joining = ("join", "short", *words, "--output", "out")
    killed = start(*joining)
    wait_for(lambda: bool(list(Path("out").glob("unfinished-short/*/worker-*"))))
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    left = list(Path("out/unfinished-short").iterdir())
    assert left
    second = start(*joining)
    wait_for(lambda: not any(path.exists() for path in left))
    for process in (second, first):
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert [path.name for path in Path("out").iterdir()] == ["logs"]
    # As of a worker that was killed when the study knew of the trial's end already.
    study, _ = stored_study("short", open_storage(storage, create=False))
    Path(f"shared/{files_begin_with(study)}-0-0").touch()
    third = start(*joining)
    _, err = third.communicate(timeout=60)
    assert third.returncode == 0, err
    assert not list(Path("shared").glob(f"{files_begin_with(study)}-*-[01]"))
