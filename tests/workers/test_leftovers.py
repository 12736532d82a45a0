"""What killed processes leave behind, and who clears it."""

import os
import signal
from pathlib import Path

import pytest
from short_study import Start, Write, trials_of, wait_for

from hpo.database.opening import open_storage
from hpo.runtime.shared_folder import used
from hpo.storage.studies import Stores, files_begin_with, open_study, stored_study
from hpo.study.file import load_study
from hpo.trials.budget import counts


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


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_the_end_of_the_search_clears_a_shared_store(
    storage: str, write_study: Write, start: Start
) -> None:
    words = ("--storage", storage, "--artifacts", "shared")
    process = start("run", write_study(trials=8, steps=30), *words)
    wait_for(lambda: counts(trials_of(storage)).done > 0)
    study, _ = stored_study("short", open_storage(storage, create=False))
    number = next(trial.number for trial in study.trials if trial.state.is_finished())
    left = Path(f"shared/{files_begin_with(study)}-{number}-0")
    left.touch()  # as of a worker of another machine that was killed just then
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert not left.exists()


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_who_joined_and_ends_last_leaves_nothing_unfinished(
    storage: str, write_study: Write, start: Start
) -> None:
    """Not even what the `run` that finished the study could not remove, for a `join` was there."""
    words = ("--storage", storage, "--output", "out")
    with used(Path("out/unfinished-short")):
        run = start("run", write_study(trials=2), *words)
        _, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    assert list(Path("out/unfinished-short").glob("retrained-*"))
    joining = start("join", "short", *words)
    _, err = joining.communicate(timeout=60)
    assert joining.returncode == 0, err
    assert not list(Path("out").glob("unfinished-*"))


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_who_joins_a_finished_study_leaves_the_work_of_another_of_its_name(
    storage: str, write_study: Write, start: Start
) -> None:
    """A folder may hold the unfinished work of a study in another storage."""
    run = start("run", write_study(trials=2), "--storage", storage, "--output", "elsewhere")
    _, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    work = Path("out/unfinished-short/retrained-0-0")
    work.mkdir(parents=True)
    joining = start("join", "short", "--storage", storage, "--output", "out")
    _, err = joining.communicate(timeout=60)
    assert joining.returncode == 0, err
    assert work.is_dir()


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_who_joins_without_the_studys_store_leaves_no_folder_of_its_own(
    storage: str, write_study: Write, start: Start
) -> None:
    study = open_study(load_study(str(write_study(trials=2))), open_storage(storage, create=True))
    Stores("/not/on/this/machine", "/not/on/this/machine").save(study)
    process = start("join", "short", "--storage", storage, "--output", "out")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert counts(study.trials).done == 2
    assert not list(Path("out").glob("unfinished-*"))
