"""Artifact stores: a folder, or a bucket, that all workers of a study reach."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path
from typing import BinaryIO, Protocol

from optuna.artifacts import Boto3ArtifactStore, FileSystemArtifactStore

from data.errors import InputError
from data.whole_files import replacing
from hpo.database.urls import without_password
from hpo.runtime.files import check_folder
from hpo.storage.store_errors import refusal

BUCKET = re.compile(r"s3://([\w.-]+)/?")
"""Optuna's store takes a whole bucket, no folder in one."""


class ArtifactStore(Protocol):
    """Files by name, for all machines that work on a study; any of Optuna's artifact stores."""

    def open_reader(self, artifact_id: str) -> BinaryIO:
        """The file, to be read.

        Raises:
            optuna.artifacts.exceptions.ArtifactNotFound: there is none.
        """

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        """Keeps a file, in the place of an older one of that name."""

    def remove(self, artifact_id: str) -> None:
        """Removes the file.

        Raises:
            optuna.artifacts.exceptions.ArtifactNotFound: there is none.
        """


class ListedStore(ArtifactStore, Protocol):
    """A store that tells what is in it, which Optuna's do not."""

    def names(self, beginning: str) -> list[str]:
        """Names of the files that begin with `beginning`."""


def resolve_store(url: str) -> str:
    """The absolute name of an artifact store, the same from every folder; creates nothing.

    Raises:
        InputError: there can be none.
    """
    if "://" in url:
        open_store(url)
        return url
    check_folder(Path(url))
    return str(Path(url).absolute())


def open_store(url: str) -> ListedStore:
    """The artifact store at a folder, or at s3://BUCKET (its credentials as boto3 finds them).

    A bucket is not asked for anything yet; see `hpo.storage.store_patience.check_store`.

    Raises:
        InputError: there is none, boto3 is not installed, or what it is told makes no sense.
    """
    if bucket := BUCKET.fullmatch(url):
        try:
            return Bucket(bucket[1])
        except ImportError:
            raise InputError(f"{url}: needs the package boto3: pip install '.[s3]'") from None
        except Exception as error:  # an address that can be none is a bare ValueError
            if isinstance(error, ValueError) or refusal(error) is not None:
                why = refusal(error) or str(error)
                raise InputError(f"{url}: cannot be used: {why}") from None
            raise
    if "://" in url:
        raise InputError(
            f"{without_password(url)}: no artifact store; allowed are a folder and s3://BUCKET"
        )
    folder = Path(url)
    folder.mkdir(parents=True, exist_ok=True)
    return Folder(folder)


class Bucket(Boto3ArtifactStore):
    """A bucket of S3, with a list of its files."""

    def names(self, beginning: str) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.bucket, Prefix=beginning)
        return [each["Key"] for page in found for each in page.get("Contents", [])]

    def look(self) -> None:
        """Asks for one name: whether the bucket is there, and lets this process in."""
        # Not `head_bucket`: its answer has no words.
        self.client.list_objects_v2(Bucket=self.bucket, MaxKeys=1)


class Folder(FileSystemArtifactStore):
    """A folder in which files appear whole; one of its file system is taken without a copy."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def names(self, beginning: str) -> list[str]:
        return [name for name in os.listdir(self.path) if name.startswith(beginning)]

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        if not self.path.is_dir():  # it is away, and is not to be made anew
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))
        with replacing(self.path / artifact_id) as partial, partial.open("wb") as file:
            shutil.copyfileobj(content_body, file)

    def move(self, name: str, file: Path) -> bool:
        """Moves a file in, in one step; False where it is on another file system and stays."""
        try:
            os.replace(file, self.path / name)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        return True
