"""The process that finishes a study: one at a time, and another where it has died."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from subprocess import PIPE
from types import SimpleNamespace
from typing import Any

import optuna
import pytest

import hpo.finish.finisher
from data.collection import Collection
from hpo.database.opening import open_storage
from hpo.database.optuna_private import storage_of
from hpo.finish.finisher import FINISHER, Claim, Finisher, FinisherWatch, FinishLost, SearchGoesOn
from hpo.finish.once import finish_once
from hpo.runtime.process_identity import this_process
from hpo.storage.asked_budgets import ASKED
from hpo.storage.studies import open_study, stored_config
from hpo.storage.workspace import Workspace, default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.workers.machine import Machine

PROJECT = Path(__file__).parents[3]
NAMED = "from hpo.runtime.process_identity import *; print(this_process(), flush=True); input()"
OTHER = Claim(process="elsewhere:1:2")


@pytest.fixture
def config() -> StudyConfig:
    return load_study("glyphs").model_copy(update={"trials": 1})


@pytest.fixture
def study(config: StudyConfig, tmp_path: Path) -> optuna.Study:
    study = open_study(config, open_storage(default_url(tmp_path), create=True))
    study.add_trial(optuna.create_trial(value=0.5))
    return study


def test_a_claim_is_let_go_at_the_end(study: optuna.Study, config: StudyConfig) -> None:
    claim = FinisherWatch().take(study, config)
    assert isinstance(claim, Finisher)
    with claim:
        claim.may_test()
        stored = Claim.of(study.user_attrs[FINISHER])
        assert (stored.process, stored.beat) == (this_process(), 1)
    assert Claim.of(study.user_attrs[FINISHER]).process == ""


def test_an_interrupt_while_it_is_claimed_lets_it_go(
    study: optuna.Study,
    config: StudyConfig,
    glyphs: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take = FinisherWatch.take

    def struck(watch: FinisherWatch, *words: Any) -> Finisher | Claim:  # noqa: ANN401
        signal.raise_signal(signal.SIGINT)
        return take(watch, *words)

    monkeypatch.setattr(FinisherWatch, "take", struck)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    workspace = Workspace.of(config.name, tmp_path)
    try:
        with pytest.raises(KeyboardInterrupt):
            finish_once(study, glyphs, Machine(1, "cpu", None), workspace, None)
    finally:
        signal.signal(signal.SIGINT, before)
    assert Claim.of(study.user_attrs[FINISHER]).process == ""


def test_one_that_is_silent_is_replaced_and_tests_nothing_when_it_wakes(
    study: optuna.Study, config: StudyConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.finish.finisher, "GRACE", 0.3)
    study.set_user_attr(FINISHER, OTHER.model_dump())
    frozen = Finisher(study, config, OTHER)
    watch, start = FinisherWatch(), time.monotonic()
    while not isinstance(claim := watch.take(study, config), Finisher):
        assert claim == OTHER
        time.sleep(0.05)
    assert time.monotonic() - start > 0.3
    with claim:
        with pytest.raises(FinishLost):
            frozen.may_test()
        claim.may_test()


def test_one_that_gives_signs_of_life_is_left_alone(
    study: optuna.Study, config: StudyConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.finish.finisher, "HEARTBEAT", 0.05)
    monkeypatch.setattr(hpo.finish.finisher, "GRACE", 0.15)
    study.set_user_attr(FINISHER, OTHER.model_dump())

    def beats() -> int:
        return Claim.of(study.user_attrs[FINISHER]).beat

    # The observer's clock goes on with the signs of life: on a busy machine they come late.
    clock = SimpleNamespace(monotonic=lambda: 0.05 * beats())
    monkeypatch.setattr(hpo.finish.finisher, "time", clock)
    watch, deadline = FinisherWatch(), time.monotonic() + 120
    with Finisher(study, config, OTHER):  # however long it retrains
        while beats() < 20:
            assert not isinstance(watch.take(study, config), Finisher)
            assert time.monotonic() < deadline


def test_one_of_this_machine_that_was_killed_is_replaced_at_once(
    study: optuna.Study, config: StudyConfig
) -> None:
    command = [sys.executable, "-c", NAMED]
    with subprocess.Popen(command, cwd=PROJECT, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        claim = Claim(process=process.stdout.readline().strip())
        study.set_user_attr(FINISHER, claim.model_dump())
        assert FinisherWatch().take(study, config) == claim
        process.kill()
    assert isinstance(FinisherWatch().take(study, config), Finisher)


def test_after_a_raise_of_the_budget_there_is_no_test_yet(
    study: optuna.Study, config: StudyConfig
) -> None:
    claim = FinisherWatch().take(study, config)
    assert isinstance(claim, Finisher)
    with claim:
        open_study(config.model_copy(update={"trials": 2}), storage_of(study))
        with pytest.raises(SearchGoesOn):
            claim.may_test()
        # Even if others have spent it: the finalists were chosen before.
        study.add_trial(optuna.create_trial(value=0.9))
        with pytest.raises(SearchGoesOn):
            claim.may_test()


def test_what_others_left_in_its_place_is_nobodys_claim(
    study: optuna.Study, config: StudyConfig
) -> None:
    study.set_user_attr(FINISHER, "someone")
    claim = FinisherWatch().take(study, config)
    assert isinstance(claim, Finisher)


def test_the_larger_budget_is_kept_while_its_process_may_live(
    study: optuna.Study, config: StudyConfig
) -> None:
    study.set_user_attr(ASKED, {"elsewhere:1:2": 7, this_process(): 1})
    open_study(config, storage_of(study))
    assert stored_config(study).trials == 7
