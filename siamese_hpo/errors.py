"""Errors in a program's terms: what a command calls `--support` is an argument `support` here."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")
OPTION = re.compile(r"^--([a-z]+(?:-[a-z]+)*)")


def in_terms_of_programs(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """A function whose errors name its arguments, where those of the commands name options.

    Example:
        >>> from data.errors import InputError
        >>> @in_terms_of_programs
        ... def load(data_root):
        ...     raise InputError(f"--data-root {data_root}: no such folder")
        >>> load("omniglot")
        Traceback (most recent call last):
        data.errors.InputError: data_root omniglot: no such folder
    """

    @wraps(function)
    def told(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        from data.errors import InputError  # once it is known whose `data` that is

        try:
            return function(*args, **kwargs)
        except InputError as error:
            message = str(error)
            named = OPTION.sub(lambda found: found[1].replace("-", "_"), message)
            if named == message:
                raise
            raise InputError(named) from None

    return told
