"""The search: trials until the budget is spent, through interruptions."""

from __future__ import annotations

import os
import socket
import traceback
from pathlib import Path

import optuna
import torch
from optuna.trial import FrozenTrial, TrialState

from data.errors import WorkFailed
from data.splits import SearchData
from hpo.interrupts import held_back
from hpo.objective import run_trial
from hpo.progress import Progress
from hpo.samplers import make_pruner, make_sampler
from hpo.storage import STORAGE_ERRORS, counts, give_back
from hpo.study import StudyConfig

SAME_FAILURES = 3
"""So many trials in a row that fail alike: the next would too."""


def search(
    study: optuna.Study,
    config: StudyConfig,
    data: SearchData,
    device: torch.device,
    work: Path,
    progress: Progress,
) -> None:
    """Runs trials until the study's budget is spent.

    A trial in which an exception is raised fails, and the search goes on. When interrupted, the
    running trial waits in the storage and its checkpoint in `work`; the next search goes on with
    it, and so does the next one after this process was killed.

    Raises:
        KeyboardInterrupt: interrupted; the running trial was given back.
        WorkFailed: several trials in a row failed with the same kind of exception.
    """
    study.pruner = make_pruner(config)
    with held_back():
        _clear_up(study, work)
    failures: list[str] = []
    while True:
        with held_back():
            if limit := reached_limit(study, config):
                progress.ended(limit)
                return
            trial = _next_trial(study)
            study.sampler = make_sampler(config, trial.number)
            checkpoint = _checkpoint(work, trial.number)
            if "seed" not in trial.user_attrs:  # it never began: what lies there is of another
                checkpoint.unlink(missing_ok=True)
            try:
                finished = _conclude(study, trial, config, data, device, checkpoint, progress)
            except KeyboardInterrupt:
                give_back(study, trial)
                raise
            checkpoint.unlink(missing_ok=True)
            progress.trial_finished(finished)
        if finished.state is not TrialState.FAIL:
            failures.clear()
            continue
        failures.append(finished.user_attrs["failure"])
        if failures[-SAME_FAILURES:] == failures[-1:] * SAME_FAILURES:
            last = finished.user_attrs["error"].strip().splitlines()[-1]
            raise WorkFailed(f"{SAME_FAILURES} trials in a row failed; the last with {last}")


def reached_limit(study: optuna.Study, config: StudyConfig) -> str | None:
    """Why no further trial may start, by what the storage holds; None when one may."""
    found = counts(study)
    done = found.complete + found.pruned
    if done >= config.trials:
        return f"all {config.trials} trials are done"
    if found.infeasible >= config.infeasible_budget:
        return (
            f"{found.infeasible} networks were proposed that cannot exist, as many as"
            f" infeasible_trials allows; the search ends after {done} of {config.trials} trials"
        )
    if config.timeout is None or seconds_of(study) < config.timeout:
        return None
    return (
        f"the trials took {seconds_of(study):.0f} s, the timeout is {config.timeout:.0f} s; the"
        f" search ends after {done} of {config.trials} trials"
    )


def seconds_of(study: optuna.Study) -> float:
    """How long the study's trials have trained, all together."""
    trials = study.get_trials(deepcopy=False)
    return sum((trial.user_attrs.get("seconds", 0.0) for trial in trials), 0.0)


def _conclude(
    study: optuna.Study,
    trial: optuna.Trial,
    config: StudyConfig,
    data: SearchData,
    device: torch.device,
    checkpoint: Path,
    progress: Progress,
) -> FrozenTrial:
    """Runs a trial and tells the study how it ended."""
    try:
        value = run_trial(trial, config, data, device, checkpoint, progress)
    except optuna.TrialPruned:
        return study.tell(trial, state=TrialState.PRUNED)
    except STORAGE_ERRORS:
        raise
    except Exception as error:
        trial.set_user_attr("error", traceback.format_exc())
        trial.set_user_attr("failure", type(error).__name__)
        return study.tell(trial, state=TrialState.FAIL)
    return study.tell(trial, value)


def _next_trial(study: optuna.Study) -> optuna.Trial:
    """A waiting trial, or else a new one; marked as this process's."""
    if not study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
        # Not left to `ask`: a process killed right behind it would leave a running trial of which
        # nobody knows whose it was.
        study.enqueue_trial({}, user_attrs={"worker": _this_process()})
    trial = study.ask()
    trial.set_user_attr("worker", _this_process())
    return trial


def _clear_up(study: optuna.Study, work: Path) -> None:
    """Gives back what killed processes of this machine left running; drops what is done with."""
    for trial in study.get_trials(deepcopy=False):
        if trial.state is TrialState.RUNNING and _is_gone(trial.user_attrs.get("worker", "")):
            give_back(study, trial)
        elif trial.state.is_finished():
            _checkpoint(work, trial.number).unlink(missing_ok=True)


def _checkpoint(work: Path, number: int) -> Path:
    return work / f"trial-{number}.safetensors"


def _this_process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_start_time(os.getpid())}"


def _is_gone(worker: str) -> bool:
    """Whether a trial's process ran on this machine and runs no longer.

    Of this process too: when it begins a search, it runs no trial.
    """
    if worker == _this_process():
        return True
    host, _, process = worker.partition(":")
    pid, _, start = process.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it is someone else's
        pass
    return _start_time(int(pid)) != start  # another process with the same number


def _start_time(pid: int) -> str:
    """When a process started, in clock ticks since the machine did; "" without Linux's /proc.

    Together with its number this names a process for good. "" too for one that has ended and only
    waits for its parent to take notice.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # Behind the program's name, in parentheses, which may hold blanks: state, ..., start time.
    state, *others = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else others[18]
