"""The console command `siamese-hpo`: `python run_study.py`, wherever one is."""

from __future__ import annotations

from run_study import app


def main() -> None:
    """Runs the command line."""
    app()
