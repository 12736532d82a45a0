"""What the exceptions of a store mean: it may answer later, or it does not let this process in."""

from __future__ import annotations

import errno
import os

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

FEW_WORDS = {
    "NoCredentialsError": "there are no credentials; boto3 takes them from AWS_ACCESS_KEY_ID and"
    " AWS_SECRET_ACCESS_KEY, from ~/.aws, or from the machine that it runs on",
    "NoSuchBucket": "there is no such bucket",
    "AccessDenied": "these credentials do not allow it (what is needed: to list the bucket, and to"
    " get, put and delete objects)",
    "InvalidAccessKeyId": "its server does not know these credentials",
    "SignatureDoesNotMatch": "the secret does not belong to the access key",
}
"""What is said in the place of boto3's words, by its exception's class or the server's code."""


def is_away_bucket(error: BaseException | None) -> bool:
    """Whether boto3's exception says that a bucket may answer later."""
    try:
        from boto3.exceptions import S3UploadFailedError
        from botocore.exceptions import (  # type: ignore[import-untyped]
            ClientError,
            ConnectionError,
            HTTPClientError,
            IncompleteReadError,
        )
    except ImportError:  # an extra
        return False
    if isinstance(error, S3UploadFailedError):
        return is_away_bucket(error.__cause__ or error.__context__)
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return bool(status >= 500 or status == 429)
    return isinstance(error, ConnectionError | HTTPClientError | IncompleteReadError)


def refusal(error: BaseException | None) -> str | None:
    """Why a store that answers, or cannot be asked, is of no use, in words of one line.

    None if the exception says nothing of the kind.

    Example:
        >>> refusal(PermissionError(errno.EACCES, "", "store/short-0-1"))
        'store/short-0-1: permission denied'
        >>> refusal(ZeroDivisionError("of the trial"))
    """
    if isinstance(error, PermissionError):
        return f"{error.filename}: {os.strerror(error.errno or errno.EACCES).lower()}"
    try:
        from boto3.exceptions import Boto3Error, S3UploadFailedError
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:  # an extra
        return None
    if isinstance(error, S3UploadFailedError):
        return refusal(error.__cause__ or error.__context__) or _line(error)
    if isinstance(error, ClientError):
        told = error.response.get("Error", {})
        return FEW_WORDS.get(told.get("Code", ""), _line(error))
    if isinstance(error, BotoCoreError | Boto3Error):
        return FEW_WORDS.get(type(error).__name__, _line(error))
    return None


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())
