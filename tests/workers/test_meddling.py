"""Real workers whose trials, or whose whole study, another program changes meanwhile."""

from contextlib import suppress
from pathlib import Path

import optuna
import pytest
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState
from short_study import Start, Write, trials_of, wait_for

from hpo.trials.budget import counts


def test_trials_set_to_failed_by_another_program_stop_nobody(
    storage: str, write_study: Write, start: Start
) -> None:
    process = start("run", write_study(trials=6, steps=120), "--storage", storage, "--workers", 2)
    wait_for(lambda: bool(trials_of(storage)))
    other, failed = optuna.storages.RDBStorage(storage), set()

    def fail_one() -> bool:
        for trial in trials_of(storage):
            if trial.state is TrialState.RUNNING and trial.intermediate_values:
                with suppress(UpdateFinishedTrialError):  # it has just ended
                    other.set_trial_state_values(trial._trial_id, TrialState.FAIL)
                    failed.add(trial.number)
        return len(failed) >= 3

    wait_for(fail_one)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    found = counts(trials_of(storage))
    assert (found.done, found.failed, found.running) == (6, len(failed), 0)


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
def test_a_study_deleted_while_it_runs_ends_all_workers_in_a_line(
    storage: str, write_study: Write, start: Start, tmp_path: Path
) -> None:
    process = start("run", write_study(trials=60, steps=30), "--storage", storage, "--workers", 2)
    wait_for(lambda: counts(trials_of(storage)).done > 0)
    # Where a worker adds a trial at this moment, Optuna deletes nothing, and says nothing of it.
    while "short" in optuna.get_all_study_names(storage):
        optuna.delete_study(study_name="short", storage=storage)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert err.splitlines()[-1].endswith(": the study was deleted while it was in use")
    logs = "".join(log.read_text() for log in (tmp_path / "runs/short/logs").iterdir())
    assert "Traceback" not in err + logs
