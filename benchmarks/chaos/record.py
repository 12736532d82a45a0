"""What is written down in a run: faults, ends of commands, trials, and what was found at last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """A fault that was made.

    Attributes:
        kind: in words.
        target: machine that it struck, such as "machine 2"; "" for the database.
        at: seconds since the beginning of the run.
        seconds: it lasted.
    """

    kind: str
    target: str
    at: float
    seconds: float


@dataclass(frozen=True)
class End:
    """How a command ended.

    Attributes:
        machine: number of the machine.
        command: "run" or "join".
        status: exit status; below 0, the signal that killed it.
        line: the last line on stderr.
        began: seconds since the beginning of the run.
        at: seconds since the beginning of the run, of its end.
        cause: "killed" or "interrupted" by the run's own fault; "" if it ended by itself.
    """

    machine: int
    command: str
    status: int
    line: str
    began: float
    at: float
    cause: str = ""


@dataclass(frozen=True)
class Interrupt:
    """A Ctrl-C.

    Attributes:
        machine: number of the machine.
        at: seconds since the beginning of the run.
        seconds: until the command had ended.
        all_seconds: until all its processes had ended.
    """

    machine: int
    at: float
    seconds: float
    all_seconds: float


@dataclass(frozen=True)
class Ended:
    """A finished trial, as it is stored."""

    state: str
    values: tuple[float, ...]
    reports: Mapping[int, float]


@dataclass
class Record:
    """All of a run.

    Attributes:
        trials: the budget.
        epochs: of each trial; nothing is pruned.
        kinds: the kinds of faults that there was time for.
        faults: those that were made.
        ends: of commands.
        interrupts: Ctrl-C.
        ended: finished trials at the end, by number.
        unfinished: states of the others at the end.
        changes: what was seen to change of finished trials, or of the stored results.
        silences: longest time in seconds in which a machine's workers logged nothing and no command
            was started there, though it was on and there was work to take up, by machine.
        trained: number of epochs that workers logged.
        opened: number of times that the test alphabets were opened.
        results: texts of the results.json files.
        tracebacks: files of stderr and logs that hold one.
        finished: whether commands ended with the study done on all machines that are left.
    """

    trials: int
    epochs: int
    kinds: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    interrupts: list[Interrupt] = field(default_factory=list)
    ended: dict[int, Ended] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    silences: dict[int, float] = field(default_factory=dict)
    trained: int = 0
    opened: int = 0
    results: list[str] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    finished: bool = False
