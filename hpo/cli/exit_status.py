"""Exit status of a command: an exception becomes one line on stderr and the status."""

from __future__ import annotations

import errno
import gc
import io
import logging
import os
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from data.cores import settle_threads
from data.errors import InputError, WorkFailed, allowed_or_near
from data.full_disk import NoRoom, no_room
from hpo.cli.help import write_commands, write_studies
from hpo.cli.process import ends_with, interrupts_are_told
from hpo.runtime.literal_text import VisibleFormatter, say
from hpo.runtime.passwords import without_passwords

RESUMABLE = ("run", "join", "retrain", "reproduce", "combine")
"""Commands that go on where they were interrupted."""
TO_BE_TOLD = 1.0
"""Seconds that the line on an interrupt has, before a further one ends the process without it."""
UsageError: Any = typer.BadParameter.__base__
"""The exception of a mistyped command line: click's, or that of typer's own copy of click."""


class Commands(TyperGroup):
    """The commands; an exception that one raises becomes a line on stderr and the exit status.

    0: done; 1: the work failed; 2: the request was wrong; 130: interrupted.
    """

    def make_context(self, info_name: Any, args: list[str], *rest: Any, **extra: Any) -> Any:  # noqa: ANN401
        if not args:  # nothing is mistyped: the help is shown
            return super().make_context(info_name, args, *rest, **extra)
        try:
            return super().make_context(info_name, args, *rest, **extra)
        except UsageError as error:
            _end(f"error: {_mistake(error)}", 2)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise InputError(_unknown("command", args[0], list(self.commands)))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        write_commands(dict(self.commands), formatter)
        write_studies(formatter)

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401
        # A terminal or pipe of another encoding than UTF-8 may lack a character, such as a plus
        # and minus sign, and the end of many hours is no time to fail for it.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        settle_threads()
        try:
            return super().main(*args, **extra)
        except BrokenPipeError:  # the reader of stdout has closed it
            raise
        except OSError as error:  # the help or version that stdout does not take
            _drop_output()
            say(f"failed: stdout: {error.strerror or error}")
            sys.exit(1)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        if logging.lastResort is not None:  # what shows warnings on stderr
            logging.lastResort.setFormatter(VisibleFormatter())
        logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it warns users without a home
        os.environ["MPLBACKEND"] = "agg"  # it refuses one that it does not know; no window is shown
        try:
            answer = self._invoke(ctx)
            ends_with(0)
            return answer
        except KeyboardInterrupt:  # perhaps while a failure was told
            ends_with(130, TO_BE_TOLD)
            resumable = ctx.invoked_subcommand in RESUMABLE
            gc.freeze()  # else Python looks all through once more before it ends, for seconds
            hint = ": the same command goes on where it stopped" if resumable else ""
            _end(f"interrupted{hint}", 130)

    def _invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Runs the command; tells of a failure."""
        interrupts_are_told(Commands._invoke.__code__)
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()  # here, where a failure is told as any other
            return answer
        except UsageError as error:
            _end(f"error: {_mistake(error)}", 2)
        except InputError as error:
            _end(f"error: {error}", 2)
        except NoRoom as error:
            _end(f"failed: {error}{_how_it_goes_on(ctx)}", 1)
        except WorkFailed as error:
            _end(f"failed: {error}", 1)
        except BrokenPipeError:  # the reader of stdout has closed it; typer ends quietly
            raise
        except OSError as error:
            _drop_output()
            # What the project writes has its name; it is what is printed that has none.
            nameless = None if error.filename else Path("stdout, or a temporary file")
            if full := no_room(error, nameless):
                _end(f"failed: {full}{_how_it_goes_on(ctx)}", 1)
            where = f"{error.filename}: " if error.filename else ""
            if error.errno == errno.ENAMETOOLONG:  # it is the request that names such a file
                _end(f"error: {where}file name too long", 2)
            _end(f"failed: {where}{error.strerror or error}", 1)


def _how_it_goes_on(ctx: Any) -> str:  # noqa: ANN401
    """What to do where a disk takes nothing more, for a command that goes on."""
    again = "; once there is room, the same command goes on"
    return again if ctx.invoked_subcommand in RESUMABLE else ""


def _drop_output() -> None:
    """Drops what was printed and stdout does not take.

    Else Python would try again at its end, and change the exit status.
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(line: str, status: int) -> NoReturn:
    say(without_passwords(line))
    ends_with(status)
    raise typer.Exit(status) from None


def _mistake(error: Any) -> str:  # noqa: ANN401
    """The mistake in a command line, and what is allowed, in one line.

    It is told by the error's attributes, which click and typer's own copy of it have alike.
    """
    said = " ".join(error.message.split()).rstrip(".")
    if hasattr(error, "possibilities"):  # no such option
        parameters = error.ctx.command.get_params(error.ctx)
        options = [name for parameter in parameters for name in parameter.opts]
        allowed = [name for name in options if name.startswith("--")]
        return _unknown("option", error.option_name, allowed)
    if hasattr(error, "option_name"):  # an option lacks its value, or has one and takes none
        name = error.option_name
        return f"{name}: {said.removeprefix(f'Option {name!r} ')}"
    if hasattr(error, "param_type"):  # an argument or option is missing
        return f"{_name(error.param)}: is required: {error.param.help}"
    if hasattr(error, "param"):
        return f"{_name(error.param)}: {_wrong(error.__cause__) or said}"
    if in_brackets := re.search(r" \((.*)\)$", said):  # too many arguments; no attribute has them
        usage = " ".join(error.ctx.get_usage().split()).removeprefix("Usage: ")
        return f"{in_brackets[1]}: is too much; allowed is {usage}"
    return said


def _name(parameter: Any) -> str:  # noqa: ANN401
    """Name of an argument or option, as the user types it."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return "/".join(parameter.opts)


def _wrong(cause: Any) -> str:  # noqa: ANN401
    """Pydantic's reason for refusing a value; "" if it was not pydantic that refused it."""
    if not hasattr(cause, "errors"):
        return ""
    first = cause.errors()[0]
    reason = str(first.get("ctx", {}).get("error", first["msg"])).rstrip(".")
    return reason.removeprefix("Input ").partition(", unable to parse ")[0]


def _unknown(what: str, given: str, allowed: list[str]) -> str:
    return f"{given}: no such {what}; {allowed_or_near(given, allowed)}"
