"""Processes that begin a study of one name at the same moment."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import optuna
import pytest
from short_study import Start, Write, trials_of
from together import PROJECT, at_one_moment

from hpo.database.opening import open_storage
from hpo.storage.studies import open_study, stored_study
from hpo.study.file import load_study
from hpo.study.samplers import make_sampler
from hpo.study.space import sample

BEGINNER = """
import sys
from pathlib import Path
from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.search.enqueue import start_with
from hpo.search.warm_start import warm_start
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace
from hpo.study.file import load_study
url, file, folder = sys.argv[1:]
config = load_study(file)
storage = open_storage(url, create=False)
print("ready", flush=True)
sys.stdin.readline()
try:
    study = open_study(config, storage)
    warm_start(study, config, Workspace.of(config.name, Path(folder) / config.name, url))
    start_with(study, config)
    print("began it")
except InputError as error:
    print(error)
"""


def together(url: str, files: list[Path], folder: Path) -> list[str]:
    """What processes say that begin the studies of these files at the same moment."""
    each = [(url, str(file), str(folder)) for file in files]
    return [said.strip() for said in at_one_moment(BEGINNER, each)]


def test_one_of_two_definitions_is_the_study(
    storage: str, write_study: Write, tmp_path: Path
) -> None:
    open_storage(storage, create=True)
    text = write_study().read_text()
    files = [tmp_path / f"{epochs}.toml" for epochs in (3, 4)]
    for file, epochs in zip(files, (3, 4), strict=True):
        file.write_text(text.replace("epochs = 3", f"epochs = {epochs}"))
    for _ in range(6):
        said = together(storage, files, tmp_path)
        assert Counter(line == "began it" for line in said) == {True: 1, False: 1}
        (refused,) = [line for line in said if line != "began it"]
        assert "study short: exists with another definition: train.epochs: " in refused
        study, config = stored_study("short", open_storage(storage, create=False))
        assert config.train["epochs"] == (3 if said[0] == "began it" else 4)
        optuna.delete_study(study_name="short", storage=study._storage)


def test_what_a_study_begins_with_is_enqueued_once(
    storage: str, write_study: Write, tmp_path: Path
) -> None:
    file = write_study(trials=12)
    older = load_study(str(file)).model_copy(update={"name": "older"})
    study = open_study(older, open_storage(storage, create=True))
    for number in range(4):
        study.sampler = make_sampler(older, number)
        trial = study.ask()
        trial.set_user_attr("seed", number)
        sample(trial, older, seed=number)
        study.tell(trial, 0.1 * number)
    file.write_text(file.read_text().replace("trials = 12", 'trials = 12\nwarm_start = "older"'))
    said = together(storage, [file] * 3, tmp_path)
    assert set(said) == {"began it"}
    study, _ = stored_study("short", open_storage(storage, create=False))
    tried = [trial.user_attrs["warm_start"] for trial in study.trials]
    assert sorted(tried) == [f"older {number}" for number in range(4)]


ZONES = ["UTC", "America/New_York", "Asia/Tokyo"]


@pytest.mark.parametrize("zone", ZONES)
def test_a_trial_that_waited_began_when_it_was_taken_up(
    zone: str, storage: str, write_study: Write
) -> None:
    """Whatever the machine's time zone is."""
    config = load_study(str(write_study()))
    open_study(config, open_storage(storage, create=True)).enqueue_trial({})
    program = """
import sys
from datetime import datetime
from hpo.database.opening import open_storage
from hpo.search.claims import take_trial
from hpo.storage.studies import stored_study
study, config = stored_study("short", open_storage(sys.argv[1], create=False))
study.tell(take_trial(study, config, study.get_trials()), 0.5)
(trial,) = study.trials
print((datetime.now() - trial.datetime_start).total_seconds(), trial.duration.total_seconds())
"""
    taker = subprocess.run(
        ["env", f"TZ={zone}", sys.executable, "-c", program, storage],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    ago, duration = map(float, taker.stdout.split())
    assert 0 <= duration <= ago < 60


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize("zone", ZONES)
def test_a_trial_behind_a_proxy_lasts_as_long_as_it_does(
    zone: str, storage: str, write_study: Write, start: Start, free_port: int
) -> None:
    """Whatever its worker's time zone is, and the proxy's."""
    open_study(load_study(str(write_study())), open_storage(storage, create=True))
    proxy = start("proxy", "--storage", storage, "--port", free_port, "--host", "127.0.0.1")
    assert proxy.stderr is not None
    proxy.stderr.readline()
    program = """
import sys
from hpo.database.opening import open_storage
from hpo.search.claims import take_trial
from hpo.storage.studies import stored_study
study, config = stored_study("short", open_storage(sys.argv[1], create=False))
study.tell(take_trial(study, config, []), 0.5)
"""
    url = f"grpc://127.0.0.1:{free_port}"
    words = ["env", f"TZ={zone}", sys.executable, "-c", program, url]
    subprocess.run(words, cwd=PROJECT, check=True)
    (trial,) = trials_of(storage)
    assert trial.duration is not None
    assert 0 <= trial.duration.total_seconds() < 60
