"""The console command `siamese-hpo`: `python run_study.py`, wherever one is."""

from __future__ import annotations

from hpo.cli.process import quiet_until_the_work, work


def main() -> None:
    """Runs the command line."""
    quiet_until_the_work()
    from run_study import app  # its imports take a moment, which may be interrupted

    work(app)
