"""The console command `siamese-hpo`: `python run_study.py`, wherever one is."""

from __future__ import annotations

from hpo.cli.process import no_stream_is_closed, quiet_until_the_work, work


def main() -> None:
    """Runs the command line."""
    quiet_until_the_work()
    no_stream_is_closed()
    from run_study import app  # its imports take a moment, which may be interrupted

    work(app)
