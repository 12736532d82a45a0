"""What is shown of a work, and can never be the reason for which the work fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")

log = logging.getLogger(__name__)


def unfailing(show: Callable[P, None]) -> Callable[P, None]:
    """A method of a display; what it raises is told once, as a warning, and work goes on.

    Example:
        >>> @unfailing
        ... def show(share: float) -> None:
        ...     print(1 / share)
        >>> show(0.5)
        2.0
        >>> show(0.0)
    """
    told: set[type[Exception]] = set()

    @wraps(show)
    def shown(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            show(*args, **kwargs)
        except Exception as error:
            if type(error) not in told:
                told.add(type(error))
                kind = type(error).__name__
                log.warning("not all is shown (%s): %s: %s", show.__name__, kind, error)

    return shown
