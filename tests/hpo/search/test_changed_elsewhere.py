"""Searches whose trials, or whose whole study, another program changes meanwhile."""

from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState
from short_search import CPU, config_with, objective_in, opened
from taking import taken

from data.errors import WorkFailed
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.database.opening import storage_failures
from hpo.database.optuna_private import new_trial
from hpo.database.waiting_storage import NotThere
from hpo.runtime.process_identity import this_process
from hpo.search.checkpoints import Checkpoints
from hpo.search.heartbeat import Heart
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.trials.budget import counts
from model.training.epoch_report import EpochReport


class Meddled(Objective):
    """Before the study is told of a trial's value, another program is at it."""

    def __call__(self, trial: optuna.Trial) -> float:
        value = super().__call__(trial)
        meddle(self.checkpoints.scratch, trial)
        return value


def meddle(folder: Path, trial: optuna.Trial) -> None:
    """Another program sets the first three trials failed, and once the fourth waiting."""
    storage = optuna.storages.RDBStorage(default_url(folder))
    if trial.number < 3:
        storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)
    elif trial.number == 3 and "met" not in trial.study.user_attrs:
        trial.study.set_user_attr("met", True)
        storage.set_trial_state_values(trial._trial_id, TrialState.WAITING)


def meddled(config: StudyConfig, data: SearchData, folder: Path) -> Meddled:
    checkpoints = Checkpoints(open_store(str(folder)), folder)
    return Meddled(config, data, CPU, checkpoints, Progress("test", config.trials))


def test_a_trial_that_ends_elsewhere_is_passed_over(
    data: SearchData, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However many in a row: they have no cause in common."""
    config = config_with(trials=2, pruner={"name": "none"})
    study = opened(config, tmp_path)
    search(study, meddled(config, data, tmp_path))
    states = [trial.state for trial in study.trials if "reason" not in trial.user_attrs]
    failed, complete = TrialState.FAIL, TrialState.COMPLETE
    assert states[:3] == [failed] * 3
    assert states.count(complete) == 2
    found = counts(study.trials)
    assert (found.failed, found.complete, found.running, found.waiting) == (3, 2, 0, 0)
    lines = [record.message for record in caplog.records]
    assert "trial 0 was ended elsewhere: failed" in lines
    assert "trial 3: another worker has it now" in lines
    assert not list(tmp_path.glob("*safetensors"))
    assert not list(tmp_path.glob(f"{config.name}-*"))


ELSEWHERE = {"worker": "elsewhere:1:2"}


def begin_anew(config: StudyConfig, folder: Path) -> optuna.Study:
    """Deletes the study, and begins another of its name, with a trial of another machine."""
    optuna.delete_study(study_name=config.name, storage=default_url(folder))
    study = opened(config, folder)
    new_trial(study, optuna.create_trial(state=TrialState.RUNNING, user_attrs=ELSEWHERE))
    return study


def is_untouched(study: optuna.Study) -> bool:
    """Whether nobody but its worker has written to its one trial."""
    (trial,) = study.get_trials()
    return trial.user_attrs == ELSEWHERE and trial.intermediate_values == {}


@pytest.mark.parametrize("again", [False, True], ids=["deleted", "started anew"])
@pytest.mark.parametrize("trials", [1, 2])
def test_a_study_that_is_deleted_meanwhile_ends_in_a_line(
    again: bool, trials: int, data: SearchData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number, and those of its trials, are given again by SQLite."""
    config = config_with(trials=trials)
    url = default_url(tmp_path)
    anew: list[optuna.Study] = []

    def delete(folder: Path, trial: optuna.Trial) -> None:
        if again:
            anew.append(begin_anew(config, tmp_path))
        else:
            optuna.delete_study(study_name=config.name, storage=url)

    monkeypatch.setattr("test_changed_elsewhere.meddle", delete)
    monkeypatch.setattr("hpo.search.loop.pause", lambda _: pytest.fail("it goes on"))
    said = r"study\.db: the study was deleted while it was in use$"
    with pytest.raises(WorkFailed, match=said), storage_failures(url):
        search(opened(config, tmp_path), meddled(config, data, tmp_path))
    assert all(map(is_untouched, anew))


def test_what_a_worker_reports_does_not_land_on_a_trial_of_a_study_begun_anew(
    data: SearchData, tmp_path: Path
) -> None:
    config = config_with(trials=1)
    anew: list[optuna.Study] = []

    class Replaced(Progress):
        def epoch_done(self, report: EpochReport) -> None:
            if report.epoch == 1:
                anew.append(begin_anew(config, tmp_path))

    study, progress = opened(config, tmp_path), Replaced("test", 1)
    with pytest.raises(NotThere):
        search(study, objective_in(tmp_path, config, data, progress))
    assert all(map(is_untouched, anew))


def test_a_failure_is_not_put_down_to_a_trial_of_a_study_begun_anew(
    data: SearchData, tmp_path: Path
) -> None:
    config = config_with(trials=1)
    anew: list[optuna.Study] = []

    class Failing(Progress):
        def trial_started(self, number: int, epochs: int) -> None:
            anew.append(begin_anew(config, tmp_path))
            raise OSError("no such file")

    study, progress = opened(config, tmp_path), Failing("test", 1)
    with pytest.raises(NotThere):
        search(study, objective_in(tmp_path, config, data, progress))
    assert all(map(is_untouched, anew))


def test_a_heartbeat_does_not_reach_a_trial_that_was_lost(tmp_path: Path) -> None:
    config = config_with(trials=1)
    study = opened(config, tmp_path)
    heart = Heart(study, config)
    heart.trial = taken(study, config)
    heart._beat_and_watch()
    assert "heartbeat" in study.trials[0].user_attrs
    anew = begin_anew(config, tmp_path)
    heart._beat_and_watch()
    assert is_untouched(anew)


def test_a_trial_in_this_workers_name_that_it_does_not_run_is_done_whenever_it_appears(
    data: SearchData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an answer that was lost for good: its maker does not know that it was made."""
    config = config_with(trials=3, pruner={"name": "none"})

    def make(folder: Path, trial: optuna.Trial) -> None:
        if trial.number == 0:
            record = {"worker": this_process()}
            running = optuna.create_trial(state=TrialState.RUNNING, user_attrs=record)
            new_trial(trial.study, running)

    monkeypatch.setattr("test_changed_elsewhere.meddle", make)
    monkeypatch.setattr("hpo.search.loop.pause", lambda _: pytest.fail("it waits for itself"))
    study = opened(config, tmp_path)
    search(study, meddled(config, data, tmp_path))
    found = counts(study.trials)
    assert (found.complete, found.running, found.waiting) == (3, 0, 0)
    assert study.trials[1].values is not None


def test_a_trial_taken_over_after_its_last_report_is_the_others_to_tell(
    data: SearchData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_with(trials=1)
    study = opened(config, tmp_path)
    other = optuna.storages.RDBStorage(default_url(tmp_path))

    def take_over(folder: Path, trial: optuna.Trial) -> None:
        other.set_trial_user_attr(trial._trial_id, "worker", "elsewhere:1:2")

    def tell(seconds: float) -> None:
        """The other one, while this one waits."""
        other.set_trial_state_values(study.trials[0]._trial_id, TrialState.COMPLETE, [0.75])

    monkeypatch.setattr("test_changed_elsewhere.meddle", take_over)
    monkeypatch.setattr("hpo.search.loop.pause", tell)
    search(study, meddled(config, data, tmp_path))
    assert [(trial.value, trial.user_attrs["worker"]) for trial in study.trials] == [
        (0.75, "elsewhere:1:2")
    ]
