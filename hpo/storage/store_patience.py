"""A store of checkpoints and artifacts that is away for a while is waited for, as a database is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from optuna.artifacts.exceptions import ArtifactNotFound

from data.errors import InputError, WorkFailed
from data.full_disk import no_room
from hpo.database.retrying import patiently
from hpo.storage.artifacts import ArtifactStore, Bucket, Folder, open_store
from hpo.storage.store_errors import AWAY, is_away_bucket, refusal

R = TypeVar("R")


class StoreFailed(WorkFailed):
    """The store cannot be used now; that is no failure of a trial."""


class StoreAway(StoreFailed):
    """The store did not answer for `PATIENCE` seconds."""


class StoreRefuses(StoreFailed):
    """The store answers, and does not let this process in."""


def check_store(url: str) -> None:
    """Checks, before hours of work, that a bucket can be used; waits while it does not answer.

    Raises:
        InputError: it cannot, or is no store; names what is wrong.
        StoreAway: it did not answer for long.
    """
    store = open_store(url) if "://" in url else None
    if isinstance(store, Bucket):
        try:
            PatientStore(store).ask(store.look)
        except StoreRefuses as error:
            raise InputError(f"{url}: cannot be used: {refusal(error.__cause__)}") from None


class PatientStore:
    """A store, waited for while it is away.

    Attributes:
        store: one of `open_store`.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self.store = store

    def open_reader(self, artifact_id: str) -> BinaryIO:
        return self.ask(lambda: self.store.open_reader(artifact_id))

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        def write() -> None:
            content_body.seek(0)
            self.store.write(artifact_id, content_body)

        self.ask(write)

    def remove(self, artifact_id: str) -> None:
        self.ask(lambda: self.store.remove(artifact_id))

    def move(self, name: str, file: Path) -> bool:
        """Moves a file into a folder's store in one step; False where that cannot be done."""
        if not isinstance(self.store, Folder):
            return False
        folder = self.store
        return self.ask(lambda: folder.move(name, file))

    def ask(self, operation: Callable[[], R]) -> R:
        """Has an operation on the store done, and repeats it while the store is away.

        Raises:
            StoreAway: it was away for too long.
            StoreRefuses: this process may not use it, or not so.
            NoRoom: its disk takes nothing more.
            Exception: the operation's own.
        """

        def is_away(error: BaseException) -> bool:
            return self._is_away(error)

        try:
            return patiently(operation, lambda: None, is_away, "the store of checkpoints")
        except Exception as error:
            if (full := no_room(error)) is not None:
                raise full from error
            if is_away(error):
                raise StoreAway(
                    f"the store of checkpoints does not answer: {error}; once it does, the same"
                    " command goes on"
                ) from error
            if (why := refusal(error)) is not None:
                where = f"s3://{self.store.bucket}, " if isinstance(self.store, Bucket) else ""
                raise StoreRefuses(
                    f"{where}the store of checkpoints, cannot be used: {why}; once it can, the same"
                    " command goes on"
                ) from error
            raise

    def _is_away(self, error: BaseException) -> bool:
        if isinstance(error, FileNotFoundError | NotADirectoryError | ArtifactNotFound):
            # A file that is not there is an answer, but not where the folder itself is gone.
            return isinstance(self.store, Folder) and not self.store.path.is_dir()
        if isinstance(error, OSError) and error.errno in AWAY:
            return True
        return is_away_bucket(error)
