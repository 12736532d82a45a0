"""How a command ends: what it raises becomes one line on stderr and the exit status."""

from __future__ import annotations

import signal
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from data.errors import InputError, WorkFailed

RESUMABLE = ("run", "join", "retrain", "reproduce")
"""Commands that go on where they were interrupted."""


class Commands(TyperGroup):
    """Turns what a command raises into a line on stderr and the exit status."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            return super().invoke(ctx)
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
