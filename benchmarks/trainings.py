"""Many trainings in processes of their own, kept line by line in a file that can be gone on with.

The file's first line, its head, says what was trained; each further one is a training. Whoever is
killed loses the trainings that were under way.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor

from hpo.runtime.files import write_text
from model.training.trainer import Trainer

T = TypeVar("T")


class CountingTrainer(Trainer):
    """Counts the pictures that it is trained on.

    Attributes:
        pictures: how many there were.
    """

    pictures = 0

    def step(self, pictures: Tensor, labels: Tensor) -> Tensor:
        self.pictures += len(pictures)
        return super().step(pictures, labels)


def resume(path: Path, head: dict[str, Any], fixed: Sequence[str]) -> list[dict[str, Any]]:
    """The lines of a file to go on with; a new one gets its head.

    Args:
        head: of a new file.
        fixed: keys of the head under which an older file must hold what this one does.

    Raises:
        SystemExit: it does not.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(head) + "\n", encoding="utf-8")
    before, lines = read(path)
    for key in fixed:
        if before[key] != head[key]:
            sys.exit(f"{path}: was recorded with another {key}; begin another file")
    return lines


def read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The head and the lines of a file; a last line that a kill cut off is removed."""
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    head, *lines = [json.loads(line) for line in whole.splitlines()]
    return head, lines


def write(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    """Replaces a file, head and lines; whoever is killed meanwhile leaves it as it was."""
    write_text(path, "".join(f"{json.dumps(line)}\n" for line in lines))


def append(path: Path, work: Callable[[T], str], tasks: Sequence[T], processes: int) -> None:
    """Adds a line for each task, as soon as one of the processes is done with it."""
    with (
        path.open("a", encoding="utf-8") as file,
        multiprocessing.get_context("spawn").Pool(processes) as pool,
    ):
        for count, line in enumerate(pool.imap_unordered(work, tasks), start=1):
            print(line, file=file, flush=True)
            print(f"{time.strftime('%H:%M:%S')} {count} of {len(tasks)}", file=sys.stderr)
