"""A pool of worker processes on one machine, watched by the process that starts them."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import torch

from data.errors import InputError, WorkFailed
from hpo.runtime.interrupts import held_back
from hpo.workers import fork_server
from hpo.workers.machine import Machine
from hpo.workers.reporter import Display
from hpo.workers.worker import INTERRUPTED, Task, live

END_PATIENCE = 30.0
"""Seconds that a worker has to give its trial back after it is told to end."""


@dataclass
class _Worker:
    """A worker process.

    Attributes:
        task: task that it does.
        process: the process.
        connection: pipe on which it tells of its task.
        heard_of: whether it has told anything yet.
    """

    task: Task
    process: BaseProcess
    connection: Connection[Any, Any]
    heard_of: bool = False


def run_tasks(tasks: Sequence[Task], machine: Machine, logs: Path, progress: Display) -> bool:
    """Runs tasks in `machine.workers` processes, and replaces a process that is killed.

    Each process has its share of the processor's cores, and one of the GPUs in turn.

    Args:
        tasks: tasks, each done once.
        machine: number of processes, and their device.
        logs: beginning of the log files' names; "-worker-N.txt" is added.
        progress: display of all processes; `part` is the number of the process.

    Returns:
        Whether all tasks were done; False if processes were ended one by one from outside.

    Raises:
        KeyboardInterrupt: an interrupt came; all processes were ended.
        InputError, WorkFailed: one of the processes met it; the others were ended.
    """
    left = list(reversed(tasks))
    slots = range(min(machine.workers, len(tasks)))
    workers: dict[int, _Worker] = {}
    ended: str | None = None
    all_done = True

    def start(task: Task, number: int) -> None:
        with held_back():  # an interrupt finds every worker in the list
            workers[number] = _start(task, number, len(slots), machine, logs)

    try:
        for number in slots:
            start(left.pop(), number)
        while workers:
            ready = wait([worker.connection for worker in workers.values()])
            for number, worker in list(workers.items()):
                if worker.connection not in ready:
                    continue
                try:
                    event, details = worker.connection.recv()
                except (EOFError, OSError):
                    next_task = _next_task(worker, number, left, logs, progress)
                    all_done &= worker.process.exitcode != INTERRUPTED
                    del workers[number]
                    if next_task is not None:
                        start(next_task, number)
                    continue
                worker.heard_of = True
                if event == "failed":
                    reason, status = details
                    raise (InputError if status == 2 else WorkFailed)(reason)
                if event == "ready":
                    continue
                if event == "ended":  # of the whole study; other workers may still report
                    ended = details[0]
                else:
                    getattr(progress, event)(*details, part=number)
        if ended is not None:
            progress.ended(ended)
    finally:
        _end(list(workers.values()))
    return all_done


def _start(task: Task, number: int, slots: int, machine: Machine, logs: Path) -> _Worker:
    threads = max(1, torch.get_num_threads() // slots)
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    if machine.device in ("auto", "cuda") and (gpus := torch.cuda.device_count()):
        environment["CUDA_VISIBLE_DEVICES"] = _visible_device(number % gpus)
    ours, theirs = Pipe(duplex=False)
    log_file = logs.with_name(f"{logs.name}-worker-{number}.txt")
    process = fork_server.start(
        live, (task, theirs, threads, log_file), environment, [type(task).__module__]
    )
    theirs.close()
    return _Worker(task, process, ours)


def _next_task(
    worker: _Worker, number: int, left: list[Task], logs: Path, progress: Display
) -> Task | None:
    """The task to start after a process ended: its own again, if it was killed.

    None if the process was told to end, or if no task is left.

    Raises:
        WorkFailed: the process died before it told anything; the next would too.
    """
    worker.process.join()
    status = worker.process.exitcode
    assert status is not None
    if status in (0, INTERRUPTED):
        return left.pop() if left and status == 0 else None
    cause = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    if not worker.heard_of:
        raise WorkFailed(f"a worker died as it started ({cause}); see {logs.parent}")
    progress.note(f"worker {number} died ({cause}) and is replaced")
    return worker.task


def _visible_device(index: int) -> str:
    """Name of the index-th GPU that this process may use, for CUDA_VISIBLE_DEVICES."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    return given.split(",")[index] if given else str(index)


def _end(workers: list[_Worker]) -> None:
    """Ends workers that still run; each gives its trial back first."""
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.join(END_PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
