"""Processes that take trials of one database at the same moment: none is taken twice."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from optuna.trial import TrialState
from short_study import Write

from hpo.storage import open_storage
from hpo.stored_study import open_study
from hpo.study_file import load_study

PROJECT = Path(__file__).parents[2]
TAKER = """
import json, sys, time
from hpo.claims import give_back, take_trial
from hpo.storage import open_storage
from hpo.stored_study import stored_study
study, config = stored_study("short", open_storage(sys.argv[1], create=False))
print("ready", flush=True)
sys.stdin.readline()
mine = []
refused = 0
for turn in range(200):
    trial = take_trial(study, config, study.get_trials(deepcopy=False))
    if trial is None:
        refused += 1
        if refused > 5:
            break
        continue
    if turn % 3 == 1:  # as if interrupted; someone goes on with it
        give_back(study, trial)
        continue
    mine.append(trial.number)
    study.tell(trial, 0.5)
print(json.dumps(mine))
"""


def test_no_trial_is_taken_twice_and_the_budget_is_exact(storage: str, write_study: Write) -> None:
    study = open_study(load_study(str(write_study(trials=40))), open_storage(storage, create=True))
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, storage],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for taker in takers:
        assert taker.stdout is not None
        assert taker.stdout.readline() == "ready\n"
    for taker in takers:
        assert taker.stdin is not None
        taker.stdin.write("go\n")
        taker.stdin.flush()
    taken: Counter[int] = Counter()
    for taker in takers:
        out, _ = taker.communicate(timeout=120)
        assert taker.returncode == 0
        taken.update(json.loads(out))
    assert set(taken.values()) == {1}
    states = Counter(trial.state for trial in study.trials)
    assert states[TrialState.COMPLETE] == len(taken) == 40
    assert states[TrialState.RUNNING] == 0
    assert states[TrialState.WAITING] < 6  # made at the same moment, one too many
    assert [trial.number for trial in study.trials] == list(range(len(study.trials)))
