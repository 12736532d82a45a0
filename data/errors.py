"""Errors that the command line prints as one line, without a traceback."""


class InputError(Exception):
    """The request or its input is wrong: one line saying what, where, and what is allowed.

    The command line prints it without a traceback and exits with status 2.
    """


class WorkFailed(RuntimeError):  # noqa: N818 - no error in the program
    """The request was right, but the work came to nothing: one line saying why.

    The command line prints it without a traceback and exits with status 1.
    """
