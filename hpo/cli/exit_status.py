"""How a command ends: what it raises becomes one line on stderr and the exit status."""

from __future__ import annotations

import difflib
import re
import signal
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from data.errors import InputError, WorkFailed

RESUMABLE = ("run", "join", "retrain", "reproduce")
"""Commands that go on where they were interrupted."""
UsageError: Any = typer.BadParameter.__base__
"""What a mistyped command line raises: click's, or that of typer's own copy of click."""


class Commands(TyperGroup):
    """Turns what a command raises into a line on stderr and the exit status."""

    def make_context(self, info_name: Any, args: list[str], *rest: Any, **extra: Any) -> Any:  # noqa: ANN401
        if not args:  # the help
            return super().make_context(info_name, args, *rest, **extra)
        try:
            return super().make_context(info_name, args, *rest, **extra)
        except UsageError as error:
            _end(f"error: {_mistake(error)}", 2)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            return super().invoke(ctx)
        except UsageError as error:
            _end(f"error: {_mistake(error)}", 2)
        except InputError as error:
            _end(f"error: {error}", 2)
        except WorkFailed as error:
            _end(f"failed: {error}", 1)
        except BrokenPipeError:  # whoever read stdout has read enough; typer knows
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            _end(f"failed: {where}{error.strerror or error}", 1)
        except KeyboardInterrupt:
            resumable = ctx.invoked_subcommand in RESUMABLE
            hint = ": the same command goes on where it stopped" if resumable else ""
            _end(f"interrupted{hint}", 130)
        finally:
            signal.signal(signal.SIGTERM, before)


def _end(line: str, status: int) -> NoReturn:
    typer.echo(line, err=True)
    raise typer.Exit(status) from None


def _mistake(error: Any) -> str:  # noqa: ANN401
    """What is wrong with a command line, and what is allowed, in one line."""
    said = " ".join(error.format_message().split()).rstrip(".")
    if found := re.match(r"No such option: (\S+)", said):
        parameters = error.ctx.command.get_params(error.ctx)
        options = [name for parameter in parameters for name in parameter.opts]
        return _unknown("option", found[1], [name for name in options if name.startswith("--")])
    if found := re.match(r"No such command '(.*?)'", said):
        return _unknown("command", found[1], list(error.ctx.command.commands))
    if found := re.match(r"Missing \w+ '(.*)'", said):
        return f"{found[1]}: is required: {error.param.help}"
    if found := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", said):
        usage = " ".join(error.ctx.get_usage().split()).removeprefix("Usage: ")
        return f"{found[1]}: is too much; allowed is {usage}"
    said = re.sub(r", unable to parse .*", "", said)
    said = re.sub(r"^Invalid value for '(.+?)': (Input |Value error, )?", r"\1: ", said)
    return re.sub(r"^Option '(.+?)' ", r"\1: ", said)


def _unknown(what: str, given: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(given, allowed, n=1)
    hint = f"did you mean {near[0]}?" if near else f"allowed are {', '.join(allowed)}"
    return f"{given}: no such {what}; {hint}"
