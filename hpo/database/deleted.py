"""What Optuna's storage raises where another program deletes a study in the midst of a call."""

from __future__ import annotations

from optuna.exceptions import StorageInternalError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError


def is_of_deleted(error: BaseException) -> bool:
    """Whether a storage's exception says that the row to be changed is not there any more.

    Optuna looks for it first, and raises KeyError where it is not there. Between that and the
    change it can be deleted too.

    Example:
        >>> is_of_deleted(StaleDataError()), is_of_deleted(StorageInternalError())
        (True, False)
    """
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    return isinstance(cause, StaleDataError | ObjectDeletedError)
