"""Processes that take trials of one database at the same moment: none is taken twice."""

import json
from collections import Counter

import optuna
from optuna.trial import TrialState
from short_study import Write
from together import at_one_moment

from hpo.database.opening import open_storage
from hpo.storage.studies import open_study
from hpo.study.file import load_study

TAKER = """
import json, sys, time
from hpo.search.claims import give_back, take_trial
from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
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

HEIR = """
import json, sys
from hpo.search.claims import take_trial
from hpo.search.dead_workers import release_or_fail
from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
study, config = stored_study("short", open_storage(sys.argv[1], create=False))
dead = study.get_trials(deepcopy=False)
print("ready", flush=True)
sys.stdin.readline()
mine = []
for trial in dead:
    release_or_fail(study, trial, config)
    if taken := take_trial(study, config, study.get_trials(deepcopy=False)):
        mine.append(taken.number)
print(json.dumps(mine))
"""


def race(program: str, storage: str) -> Counter[int]:
    """How often each trial is taken by six processes that begin at the same moment."""
    taken: Counter[int] = Counter()
    for out in at_one_moment(program, [[storage]] * 6):
        taken.update(json.loads(out))
    return taken


def test_no_trial_is_taken_twice_and_the_budget_is_exact(storage: str, write_study: Write) -> None:
    study = open_study(load_study(str(write_study(trials=40))), open_storage(storage, create=True))
    taken = race(TAKER, storage)
    assert set(taken.values()) == {1}
    states = Counter(trial.state for trial in study.trials)
    assert states == {TrialState.COMPLETE: 40}
    assert len(taken) == 40
    assert [trial.number for trial in study.trials] == list(range(len(study.trials)))


def test_a_dead_workers_trial_goes_to_one_other(storage: str, write_study: Write) -> None:
    study = open_study(load_study(str(write_study(trials=40))), open_storage(storage, create=True))
    dead = optuna.create_trial(state=TrialState.RUNNING, user_attrs={"worker": "elsewhere:1:2"})
    for _ in range(40):
        study._storage.create_new_trial(study._study_id, dead)
    taken = race(HEIR, storage)
    assert set(taken.values()) == {1}
    for trial in study.trials:
        assert trial.user_attrs["deaths"]["count"] == 1
        running = trial.number in taken
        assert trial.state is (TrialState.RUNNING if running else TrialState.WAITING)
        assert bool(trial.user_attrs["worker"]) == running
