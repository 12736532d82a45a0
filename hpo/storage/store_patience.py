"""A store of checkpoints and artifacts that is away for a while is waited for, as a database is."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from optuna.artifacts.exceptions import ArtifactNotFound

from data.errors import WorkFailed
from data.full_disk import no_room
from hpo.database.retrying import patiently
from hpo.storage.artifacts import ArtifactStore, Folder

AWAY = {
    errno.EIO,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.ETIMEDOUT,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.EBUSY,
    errno.EAGAIN,
    errno.ENXIO,
    errno.ENODEV,
}
"""What a network file system answers while its server is away."""

R = TypeVar("R")


class StoreAway(WorkFailed):
    """The store did not answer for `PATIENCE` seconds; that is no failure of a trial."""


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
            if not is_away(error):
                raise
            raise StoreAway(
                f"the store of checkpoints does not answer: {error}; once it does, the same"
                " command goes on"
            ) from error

    def _is_away(self, error: BaseException) -> bool:
        if isinstance(error, FileNotFoundError | NotADirectoryError | ArtifactNotFound):
            # A file that is not there is an answer, but not where the folder itself is gone.
            return isinstance(self.store, Folder) and not self.store.path.is_dir()
        if isinstance(error, OSError) and error.errno in AWAY:
            return True
        return _is_away_bucket(error)


def _is_away_bucket(error: BaseException) -> bool:
    """Whether boto3's exception says that a bucket may answer later."""
    try:
        from boto3.exceptions import S3UploadFailedError
        from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # type: ignore[import-untyped]
    except ImportError:  # an extra
        return False
    if isinstance(error, S3UploadFailedError):
        cause = error.__cause__ or error.__context__
        return cause is not None and _is_away_bucket(cause)
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return bool(status >= 500 or status == 429)
    return isinstance(error, ConnectionError | HTTPClientError)
