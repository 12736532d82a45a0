"""A pool of worker processes on one machine, watched by the process that starts them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import torch

from data.errors import WorkFailed
from hpo.database.opening import StorageAway
from hpo.runtime.interrupts import held_back
from hpo.workers import fork_server
from hpo.workers.deaths import IN_A_ROW, Deaths, in_words
from hpo.workers.machine import Machine
from hpo.workers.reporter import Display
from hpo.workers.worker import INTERRUPTED, Task, live

END_PATIENCE = 8.0
"""Seconds that the workers have to give their trials back after they are told to end."""


@dataclass
class _Worker:
    """A worker process.

    Attributes:
        task: task that it does.
        process: the process.
        connection: pipe on which it tells of its task.
    """

    task: Task
    process: BaseProcess
    connection: Connection[Any, Any]


def run_tasks(tasks: Sequence[Task], machine: Machine, logs: Path, progress: Display) -> bool:
    """Runs tasks in `machine.workers` processes, and replaces a process that is killed.

    One that is killed again and again, with no epoch between, is not replaced any more.

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
        WorkFailed: a process died before any told anything, or all were killed again and again.
    """
    left = list(reversed(tasks))
    slots = range(min(machine.workers, len(tasks)))
    workers: dict[int, _Worker] = {}
    ended: str | None = None
    all_done, heard, deaths = True, False, Deaths()

    def start(task: Task, number: int) -> None:
        with held_back():  # an interrupt finds every worker in the list
            workers[number] = _start(task, number, len(slots), machine, logs)

    def ended_one(worker: _Worker, number: int) -> bool:
        """Starts another in its place, as it is needed; False if it was told to end."""
        del workers[number]
        status = _status(worker.process)
        if status == 0 and left:
            start(left.pop(), number)
        if status in (0, INTERRUPTED):
            return status == 0
        cause = in_words(status)
        if not heard:  # the next would too
            raise WorkFailed(f"a worker died as it started ({cause}); see {logs.parent}")
        if deaths.died(number):
            progress.note(f"worker {number} died ({cause}) and is replaced")
            start(worker.task, number)
            return True
        left.append(worker.task)
        again = f"worker {number} died {IN_A_ROW} times in a row with no epoch done ({cause})"
        if not workers:
            raise WorkFailed(
                f"{again}, the last worker of this machine; {deaths.about_memory()}; the same"
                " command goes on"
            )
        progress.note(f"{again} and is not replaced; {deaths.about_memory()}")
        return True

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
                    all_done &= ended_one(worker, number)
                    continue
                heard = True
                if event == "failed":
                    if isinstance(details[0], StorageAway) and len(workers) > 1:
                        progress.note(f"worker {number} ended: {details[0]}")
                        del workers[number]
                        continue
                    raise details[0]
                if event == "ready":
                    continue
                if event == "ended":  # of the whole study; other workers may still report
                    ended = details[0]
                elif event == "stands":
                    progress.stands(*details)
                else:
                    deaths.watch(number, event, details)
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
    try:
        process = fork_server.start(
            live, (task, theirs, threads, log_file), environment, [type(task).__module__]
        )
    except BaseException:  # a process that may run by now ends, for nobody hears it
        ours.close()
        raise
    finally:
        theirs.close()
    return _Worker(task, process, ours)


def _status(process: BaseProcess) -> int:
    """The exit status of a process that ends; below 0, the signal that killed it."""
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _visible_device(index: int) -> str:
    """Name of the index-th GPU that this process may use, for CUDA_VISIBLE_DEVICES."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    return given.split(",")[index] if given else str(index)


def _end(workers: list[_Worker]) -> None:
    """Ends workers that still run; each gives its trial back first.

    A further interrupt gives them as long as `held_back` does. None outlives this one.
    """
    try:
        with held_back():
            for worker in workers:
                worker.process.terminate()
            deadline = time.monotonic() + END_PATIENCE
            for worker in workers:
                worker.process.join(max(0.0, deadline - time.monotonic()))
    finally:
        for worker in workers:
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
