"""Processes that begin to do something at the same moment."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from ready_python import ReadyPython

PROJECT = Path(__file__).parents[2]


def at_one_moment(program: str, of_each: Sequence[Sequence[str]]) -> list[str]:
    """What processes print that run one program, each with its own words.

    Args:
        program: prints "ready", then waits for a line.
        of_each: the words that each process gets.
    """
    processes = [
        ReadyPython(
            ["-c", program, *words],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for words in of_each
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = []
    for process in processes:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        printed.append(out)
    return printed
