"""The faults of a run, one at a time, in an order that a seed gives."""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.chaos.databases import Database
from benchmarks.chaos.processes import is_alive, send
from benchmarks.chaos.record import Fault, Interrupt
from benchmarks.chaos.supervisor import Supervisor

PAUSES = 5.0, 20.0
"""Seconds between two faults, at least and at most."""
ENDS_WITHIN = 60.0
"""Seconds after which a command that Ctrl-C does not end is killed."""
GONE = "first machine gone"
"""What happens once."""


class Faults:
    """Makes faults.

    Attributes:
        made: the faults so far.
        interrupts: Ctrl-C among them.
        kinds: all that there are.
    """

    def __init__(
        self,
        supervisors: Sequence[Supervisor],
        database: Database,
        dice: random.Random,
        scale: float,
        clock: Callable[[], float],
    ) -> None:
        """
        Args:
            dice: what draws what is next, whom it strikes, and how long it lasts.
            scale: what the times of faults are multiplied by.
            clock: seconds since the beginning of the run.
        """
        self.made: list[Fault] = []
        self.interrupts: list[Interrupt] = []
        self._machines = list(supervisors)
        self._dice, self._scale, self._clock = dice, scale, clock
        self._of_machines: dict[str, Callable[[Supervisor], None]] = {
            "worker killed": self._kill_worker,
            "worker frozen": self._freeze_worker,
            "command killed": self._kill_command,
            "machine without power": self._cut_power,
            "Ctrl-C": self._interrupt,
        }
        self._of_database = database.faults
        self._bag: list[str] = []

    @property
    def kinds(self) -> tuple[str, ...]:
        return (*self._of_machines, *self._of_database, GONE)

    def next(self) -> None:
        """Pauses, then makes a fault; all kinds before one comes again."""
        time.sleep(self._dice.uniform(*PAUSES))
        if not self._bag:
            self._bag = [*self._of_machines, *self._of_database]
            self._dice.shuffle(self._bag)
        kind = self._bag.pop()
        if kind in self._of_database:
            self._make(kind, "", self._of_database[kind])
        elif struck := [one for one in self._machines if one.workers]:
            machine = self._dice.choice(struck)
            self._make(
                kind, f"machine {machine.machine.number}", partial(self._of_machines[kind], machine)
            )
        else:  # all are starting, or at the end
            self._bag.append(kind)

    def take_away(self, first: Supervisor, second: Supervisor) -> None:
        """The first machine loses power for good; on the second `join` becomes `run`."""

        def gone() -> None:
            self._machines.remove(first)
            first.retire()
            first.expect("killed")
            first.machine.lose_power()

        self._make(GONE, f"machine {first.machine.number}", gone)
        second.runs = True
        if second.process:
            number = second.machine.number
            self._make("Ctrl-C", f"machine {number}", partial(self._interrupt, second))

    def _make(self, kind: str, target: str, fault: Callable[[], None]) -> None:
        start = self._clock()
        print(f"{start:7.1f} s  {kind} {target}".rstrip(), file=sys.stderr, flush=True)
        fault()
        seconds = round(self._clock() - start, 1)
        self.made.append(Fault(kind, target, round(start, 1), seconds))

    def _kill_worker(self, machine: Supervisor) -> None:
        if workers := machine.workers:
            send(signal.SIGKILL, self._dice.choice(workers))

    def _freeze_worker(self, machine: Supervisor) -> None:
        if workers := machine.workers:
            worker = self._dice.choice(workers)
            send(signal.SIGSTOP, worker)
            time.sleep(120 * self._scale)
            send(signal.SIGCONT, worker)

    def _kill_command(self, machine: Supervisor) -> None:
        machine.expect("killed")
        send(signal.SIGKILL, *machine.command)

    def _cut_power(self, machine: Supervisor) -> None:
        machine.expect("killed")
        machine.machine.lose_power()

    def _interrupt(self, machine: Supervisor) -> None:
        """Ctrl-C at a terminal: to the command and all its processes."""
        process, command = machine.process, machine.command
        machine.expect("interrupted")
        start = self._clock()
        send(signal.SIGINT, *command)
        ended: float | None = None
        while any(map(is_alive, command)) or ended is None:
            seconds = self._clock() - start
            if ended is None and (process is None or process.poll() is not None):
                ended = seconds
            if seconds > ENDS_WITHIN:
                machine.expect("killed")
                send(signal.SIGKILL, *command)
                break
            time.sleep(0.02)
        seconds = round(self._clock() - start, 2)
        own = seconds if ended is None else round(ended, 2)
        number = machine.machine.number
        self.interrupts.append(Interrupt(number, round(start, 1), own, seconds))
