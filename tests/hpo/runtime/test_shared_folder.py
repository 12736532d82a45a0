"""A folder that several processes work in: the last one removes it, whoever dies."""

import errno
import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.runtime.shared_folder import remove_unused, used

PROJECT = Path(__file__).parents[3]
USER = """
import sys
from pathlib import Path
from hpo.runtime.shared_folder import used
with used(Path(sys.argv[1])):
    print("there", flush=True)
    sys.stdin.readline()
"""


def test_the_folder_of_a_living_process_stays_and_that_of_a_killed_one_goes(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    other = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "there\n"
    with used(folder):
        (folder / "file").write_text("")
    remove_unused(folder)
    assert (folder / "file").is_file()
    other.kill()
    other.communicate()
    remove_unused(folder)
    assert not folder.exists()


def test_an_empty_folder_does_not_stay(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "work"
    with used(folder), used(folder):
        assert folder.is_dir()
    assert not folder.exists()
    remove_unused(folder)


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK])
def test_where_folders_cannot_be_locked_none_is_removed(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(handle: int, how: int) -> None:
        raise OSError(number, "")

    monkeypatch.setattr(fcntl, "flock", refused)
    folder = tmp_path / "work"
    with used(folder):
        (folder / "file").write_text("")
        remove_unused(folder)
        assert (folder / "file").is_file()
    remove_unused(folder)
    assert (folder / "file").is_file()
