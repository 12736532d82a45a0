"""Replayed searches that begin with the best of an older one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from recording import STUDY, packed

from benchmarks.replay.__main__ import main
from benchmarks.replay.searches import own_search, searched, surrogate_of
from benchmarks.replay.simulator import Outcome, Simulation
from benchmarks.replay.warm_start import COLD, NARROWER, OLDER_SEED, SAME, _search, _told, narrower
from hpo.search.warm_start import FIRST
from hpo.study.file import read_study
from hpo.study.space import parameters


def test_the_narrower_space_has_less_to_search() -> None:
    network = STUDY["network"] | {"batch_norm": {"choices": [False, True]}}
    study = read_study(STUDY | {"network": network}, "test")
    older = narrower(study)
    assert older.network["batch_norm"] is True
    assert older.network["convolutions"][0]["filters"] == 4
    assert "centred" not in older.network
    left = {p.name for p in parameters(study)} - {p.name for p in parameters(older)}
    assert left == {"batch_norm", "conv1.filters"}


@pytest.mark.parametrize("kind", [SAME, NARROWER])
def test_the_older_searchs_best_is_tried_first(tmp_path: Path, kind: str) -> None:
    curves = packed(tmp_path)
    surrogate = surrogate_of(curves, "trees")
    study = surrogate.study if kind == SAME else narrower(surrogate.study)
    older_study = searched(study, own_search(study), OLDER_SEED)
    older = Simulation(older_study, surrogate, 1, trials=12)
    best = older.run().found[-1][1]
    outcome, enqueued = _search(curves, "trees", 1, 12, (kind, 0))
    assert enqueued == min(FIRST, older.outcome.complete)
    assert (outcome.done[0], outcome.found[0][1]) == (1, pytest.approx(best))
    assert outcome.trials == 12
    cold, none = _search(curves, "trees", 1, 12, (COLD, 0))
    assert (cold.trials, none) == (12, 0)
    assert cold.found[0][1] < best


def ended(at: int | None, accuracy: float) -> Outcome:
    """A search of ten trials, ten seconds each; good from a trial on, or never."""
    found, done = ([(10.0 * at, accuracy)], [at]) if at else ([], [])
    return Outcome(found=found, done=done, wall=100.0, trials=10)


def test_what_is_saved() -> None:
    cold = [ended(8, 0.9), ended(6, 0.9), ended(None, 0.0)]
    row = [(ended(3, 0.95), 5), (ended(None, 0.0), 5), (ended(1, 0.92), 2)]
    found = _told(row, cold, level=0.9, trials=10)
    # Who never reaches it took all ten: 8 - 3, 6 - 10, 10 - 1.
    assert found["trials_saved"]["mean"] == pytest.approx(10 / 3, abs=0.01)
    assert (found["trials_saved"]["0.5"], found["seconds_saved"]["0.5"]) == (5, 50)
    assert found["trials_to_the_level"]["0.5"] == 3
    assert found["repetitions_that_reached_the_level"] == 2
    assert found["trials_from_the_older_study"] == 4
    assert found["accuracy_over_trials"]["0.5"][:3] == [0, 0, 0.92]


def test_the_command_writes_what_it_found(tmp_path: Path, run: Callable[..., None]) -> None:
    output = tmp_path / "warm"
    options = ("--repetitions", 2, "--trials", 9, "--workers", 1)
    run(main, "warm", packed(tmp_path), output, *options)
    document = json.loads(output.with_suffix(".json").read_text())
    assert output.with_suffix(".png").stat().st_size > 10_000
    assert document["fixed_in_the_narrower_space"] == {"network.convolutions.0.filters": 4}
    cold, same = document["searches"][COLD], document["searches"][SAME]
    assert cold["trials_saved"]["mean"] == cold["seconds_saved"]["mean"] == 0
    assert same["accuracy_over_trials"]["0.5"][0] > cold["accuracy_over_trials"]["0.5"][0]
