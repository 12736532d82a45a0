"""Where a study's files lie."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from data.errors import InputError
from hpo.storage.workspace import Workspace

PROJECT = Path(__file__).parents[3]


def test_an_unfinished_study_has_the_folder_to_itself(tmp_path: Path) -> None:
    own = Workspace.of("quick", tmp_path)
    own.unfinished.mkdir()
    own.check_unfinished()
    with pytest.raises(InputError, match="holds the unfinished study quick; choose another"):
        Workspace.of("quick-glyphs", tmp_path).check_unfinished()


def test_a_study_is_usual_where_its_name_alone_finds_it(tmp_path: Path) -> None:
    assert Workspace.of("quick").usual
    assert not Workspace.of("quick", tmp_path).usual
    assert not Workspace.of("quick", storage="postgresql+psycopg://host/studies").usual


def test_everything_lies_in_the_folder(tmp_path: Path) -> None:
    own = Workspace.of("quick", tmp_path / "runs" / "quick")
    for path in (
        *(own.weights, own.config, own.results, own.trials, own.artifacts, own.report),
        *(own.logs, own.checkpoints, own.scratch, own.retrained(3, 5).weights),
    ):
        assert path.is_relative_to(own.folder)
    assert own.retrained(3, 5).folder.parent == own.unfinished
    assert own.beside("older").folder == tmp_path / "runs" / "older"


def test_scratch_of_the_killed_is_cleared_and_that_of_the_living_is_not(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from hpo.runtime.shared_folder import used
from hpo.storage.workspace import Workspace
own = Workspace.of("quick", Path(sys.argv[1]))
with used(own.unfinished):
    own.scratch.mkdir()
    print(own.scratch.name, flush=True)
    input()
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    own, other = Workspace.of("quick", tmp_path), Workspace.of("other", tmp_path)
    own.checkpoints.mkdir(parents=True)
    with ExitStack() as stack:
        pipes = {"stdin": PIPE, "stdout": PIPE, "text": True}
        living, killed = (
            stack.enter_context(Popen(command, cwd=PROJECT, **pipes))  # type: ignore[call-overload]
            for _ in range(2)
        )
        names = [process.stdout.readline().strip() for process in (living, killed)]
        killed.kill()
        killed.wait()
        assert {path.name for path in own.unfinished.iterdir()} == {"checkpoints", *names}
        other.clear_scratch()
        assert {path.name for path in own.unfinished.iterdir()} == {"checkpoints", names[0]}
        living.kill()
    # Of another start of this machine, say: nobody knows of the process, but nobody is there.
    (own.unfinished / f"host-1-{'0' * 24}").mkdir()
    other.clear_scratch()
    assert [path.name for path in own.unfinished.iterdir()] == ["checkpoints"]
    own.checkpoints.rmdir()
    other.clear_scratch()
    other.check_unfinished()
    assert not own.unfinished.exists()


@pytest.mark.parametrize("network", ["nfs4", "lustre"])
def test_scratch_of_other_machines_stays_where_their_locks_are_not_seen(
    network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network file system grants each machine the lock on a folder that another one holds."""
    own = Workspace.of("quick", tmp_path)
    scratch = own.unfinished / f"node7-1-{'a' * 24}"
    scratch.mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr("hpo.storage.workspace.network_file_system", lambda path: network)
        own.clear_scratch()
    assert scratch.is_dir()
    own.clear_scratch()  # on a local disk nobody is there
    assert not own.unfinished.exists()


def test_files_that_were_begun_only_are_cleared(tmp_path: Path) -> None:
    own = Workspace.of("quick", tmp_path)
    begun = [
        folder / f".{'0a' * 8}.part"
        for folder in (own.folder, own.artifacts, own.report.parent, own.checkpoints)
    ] + [own.retrained(3, 5).folder / f".{'0b' * 8}.part"]
    for path in (*begun, own.results):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (0, 0))
    own.clear_scratch()
    assert [path for path in begun if path.exists()] == []
    assert own.results.exists()


def test_of_the_folders_of_networks_only_its_own_are_removed(tmp_path: Path) -> None:
    own = Workspace.of("quick", tmp_path)
    for folder in (own.one_of_several(3), own.one_of_several(4, trial=7)):
        folder.folder.mkdir(parents=True)
    for name in ("my-seed-3", "seed-3-best", "trial-7-seed-4-and-5"):
        (own.networks / name).mkdir()
    own.remove_networks()
    left = {path.name for path in own.networks.iterdir()}
    assert left == {"my-seed-3", "seed-3-best", "trial-7-seed-4-and-5"}
