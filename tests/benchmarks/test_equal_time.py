"""Two real searches for an equal time, and what is made of their storages."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import FrozenTrial, TrialState
from tiny_study import tiny_study

from benchmarks import equal_time
from benchmarks.equal_time import at_first_rung, compared, outcome
from benchmarks.replay import __main__ as replay
from benchmarks.replay.searches import own_search, searched
from hpo.database.opening import open_storage
from hpo.run.search_task import SearchTask
from hpo.storage.studies import stored_study
from hpo.storage.workspace import default_url
from hpo.study.file import load_study


def trial(number: int, seconds: float, value: float | None, short: float = 0) -> FrozenTrial:
    """One that ended; pruned where it has no value."""
    ended = datetime(2026, 1, 1) + timedelta(minutes=number)
    return FrozenTrial(
        number=number,
        state=TrialState.PRUNED if value is None else TrialState.COMPLETE,
        value=value,
        datetime_start=ended,
        datetime_complete=ended,
        params={"x": 0.5},
        distributions={"x": FloatDistribution(0, 1)},
        user_attrs={"seconds": seconds} if seconds else {},
        system_attrs={"constraints:shortfall": short} if short else {},
        intermediate_values={},
        trial_id=number,
    )


@pytest.mark.parametrize("program", [equal_time, replay])
def test_searches_that_a_programs_help_names_can_be_searched(program: ModuleType) -> None:
    named = re.findall(r"\b[a-z]\w*(?:-\d+)?/[a-z]+(?:-[a-z]+|-\d+)*", program.__doc__ or "")
    assert len(named) == 2
    for search in named:
        own = own_search(searched(load_study("glyphs"), search, 0))
        assert own == re.sub(r"-\d+", "", search)


def test_the_best_so_far_is_of_what_ended_in_time() -> None:
    trials = [
        trial(0, 2.0, 0.5),
        trial(1, 1.0, None),
        trial(2, 3.0, 0.4),
        trial(3, 2.0, 0.7),
        trial(4, 3.0, 0.9),
    ]
    found = outcome(trials, time=10.0)
    assert found.found == [(2.0, 0.5), (8.0, 0.7)]
    assert (found.at(7.9), found.at(10), found.wall) == (0.5, 0.7, 11.0)


def test_how_trials_stood_at_the_first_rung() -> None:
    """The best there need not be the best in the end."""
    trials = [trial(0, 1.0, 0.7), trial(1, 1.0, 0.9), trial(2, 1.0, None)]
    for one, value in zip(trials, (0.6, 0.5, 0.4), strict=True):
        one.intermediate_values = {1: value, 2: 0.95}
    assert at_first_rung(trials, final=0.9, rung=1) == {"best": 0.6, "winner": 0.5}
    assert at_first_rung(trials[2:], final=0.0, rung=1) == {"best": 0.4, "winner": None}
    assert at_first_rung([], final=0.0, rung=1) == {"best": None, "winner": None}


def test_part_of_the_time() -> None:
    good = outcome([trial(0, 2.0, 0.6), trial(1, 6.0, 0.8)], time=10.0)
    poor = outcome([trial(0, 1.0, 0.3), trial(1, 8.0, 0.6)], time=10.0)
    repetitions = [[good, poor, good], [good, good, good], [poor, good, good]]
    found = compared(["a", "b", "c"], repetitions, time=10.0)
    part = found["against"]["b"]["part_of_the_time_to_its_final"]
    assert part["repetitions"] == [0.2, 0.8, None]
    assert (part["repetitions_that_reached_it"], part["0.5"]) == (2, 0.8)
    assert found["final"]["b"]["mean"] == pytest.approx(2.2 / 3, abs=1e-5)
    assert found["against"]["b"]["gain"]["mean"] == 0
    assert found["against"]["c"]["gain"]["mean"] == pytest.approx(-0.2 / 3, abs=1e-5)


def test_each_search_begins_a_repetition_in_turn(
    tmp_path: Path, run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are fewer cores than searches, the last of them trains alone."""
    order: list[list[str]] = []

    def note(tasks: Sequence[SearchTask], *_: object) -> bool:
        order.append([task.name.removeprefix("tiny-") for task in tasks])
        return True

    monkeypatch.setattr(equal_time, "run_tasks", note)
    monkeypatch.setattr(equal_time, "usable_cores", lambda: 2)
    study = tmp_path / "tiny.toml"
    study.write_text(tiny_study())
    words = (study, tmp_path, "--seconds", 0.5, "--repetitions", 2, "--searches")
    run(equal_time.main, *words, "random/none", "tpe-2/median", "tpe/none")
    assert order == [
        ["random-none-0", "tpe-2-median-0"],
        ["tpe-none-0"],
        ["tpe-2-median-1", "tpe-none-1"],
        ["random-none-1"],
    ]


def test_real_searches_side_by_side(tmp_path: Path, run: Callable[..., None]) -> None:
    study, folder = tmp_path / "tiny.toml", tmp_path / "searches"
    text = tiny_study().replace('name = "random"', 'name = "tpe"')
    study.write_text(text.replace("finish =", 'pruner = { name = "median" }\nfinish ='))
    words = (study, folder, "--seconds", 0.5, "--repetitions", 1)
    run(equal_time.main, *words)
    document = json.loads((folder / "equal-time.json").read_text())
    assert (folder / "equal-time.png").stat().st_size > 10_000
    names = ("tiny-tpe-median-0", "tiny-random-none-0")
    stored = [stored_study(n, open_storage(default_url(folder / n), create=False)) for n in names]
    assert [c.sampler.name for _, c in stored] == ["tpe", "random"]
    assert [c.pruner.name for _, c in stored] == ["median", "none"]
    for (made, _), told in zip(stored, document["searches"][0].values(), strict=True):
        trained = [t for t in made.trials if "seconds" in t.user_attrs]
        assert told["seconds_trained"] >= 0.5
        assert sum(t.user_attrs["seconds"] for t in trained[:-1]) < 0.5
        assert told["complete"] + told["pruned"] == len(trained)
        assert told["final"] in [0, *(round(t.value, 5) for t in trained if t.value)]
    before = [made.trials for made, _ in stored]
    run(equal_time.main, *words)
    assert [made.trials for made, _ in stored] == before
    assert json.loads((folder / "equal-time.json").read_text()) == document
