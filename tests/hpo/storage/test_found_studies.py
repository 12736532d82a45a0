"""Studies that are found again: their databases are closed when they are done with."""

import os
from pathlib import Path

import pytest

from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.storage.studies import find_study, open_study
from hpo.storage.workspace import Workspace
from hpo.study.file import load_study


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc")
def test_who_looks_at_a_study_again_and_again_keeps_no_file_open(tmp_path: Path) -> None:
    workspace = Workspace.of("glyphs", tmp_path)
    storage = open_storage(workspace.storage, create=True)
    open_study(load_study("glyphs"), storage).ask()
    storage.disconnect()
    looked_at = []  # nor while the study is still known
    for _ in range(3):
        with find_study(workspace) as (study, _):
            assert len(study.trials) == 1
            looked_at.append(study)
    with pytest.raises(InputError, match="study other: not in storage"):
        _found(Workspace.of("other", tmp_path))
    assert open_files(tmp_path) == []
    assert len(looked_at[0].trials) == 1  # it is opened again


def _found(workspace: Workspace) -> None:
    with find_study(workspace):
        pass


def open_files(folder: Path) -> list[str]:
    files = (Path(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd"))
    there = (os.readlink(file) for file in files if file.is_symlink())
    return [path for path in there if path.startswith(str(folder))]
