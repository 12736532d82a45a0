"""A folder that several processes work in: the last one removes it, whoever dies."""

import errno
import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import InputError
from hpo.runtime.shared_folder import claimed, remove_unused, used

PROJECT = Path(__file__).parents[3]
USER = """
import sys
from pathlib import Path
from hpo.runtime.shared_folder import claimed, used
how = {"used": used, "claimed": claimed, "together": lambda folder: claimed(folder, together=True)}
with how[sys.argv[1]](Path(sys.argv[2])):
    print("there", flush=True)
    sys.stdin.readline()
"""


def process_in(folder: Path, how: str) -> "subprocess.Popen[str]":
    """Another process that uses the folder, or has claimed it."""
    other = subprocess.Popen(
        [sys.executable, "-c", USER, how, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "there\n"
    return other


def test_the_folder_of_a_living_process_stays_and_that_of_a_killed_one_goes(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    other = process_in(folder, "used")
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


def test_a_claimed_folder_is_another_processs_as_long_as_that_lives(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "work"
    other = process_in(folder, "claimed")
    with (
        pytest.raises(InputError, match=f"^{folder}: another process works in it; "),
        claimed(folder),
    ):
        pass
    assert folder.is_dir()
    other.kill()
    other.communicate()
    with claimed(folder):
        (folder / "file").write_text("")
    assert (folder / "file").is_file()


def test_processes_that_claim_a_folder_together_keep_out_others_and_leave_nothing_empty(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "work"
    other = process_in(folder, "together")
    with claimed(folder, together=True):
        pass
    assert folder.is_dir()  # as the other works in it
    with pytest.raises(InputError, match="another process works in it"), claimed(folder):
        pass
    other.communicate("\n")
    assert not folder.exists()
    other = process_in(folder, "claimed")
    with (
        pytest.raises(InputError, match="another process works in it"),
        claimed(folder, together=True),
    ):
        pass
    other.communicate("\n")


def test_of_a_claimed_folder_nothing_empty_stays_that_was_not_there(tmp_path: Path) -> None:
    with claimed(tmp_path / "above" / "work"):
        assert (tmp_path / "above" / "work").is_dir()
    assert list(tmp_path.iterdir()) == []
    with claimed(tmp_path):
        pass
    assert tmp_path.is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"), claimed(tmp_path / "file" / "work"):
        pass


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK])
def test_where_folders_cannot_be_locked_nobody_is_kept_out(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(handle: int, how: int) -> None:
        raise OSError(number, "")

    monkeypatch.setattr(fcntl, "flock", refused)
    with claimed(tmp_path / "work"), claimed(tmp_path / "work"):
        (tmp_path / "work" / "file").write_text("")
