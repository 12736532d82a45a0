"""The one exception for wrong requests."""


class InputError(Exception):
    """The request or its input is wrong: one line saying what, where, and what is allowed.

    The command line prints it without a traceback and exits with status 2.
    """
