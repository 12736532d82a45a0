"""The space around the best trials holds them, is smaller, and is one that a study may have."""

from __future__ import annotations

from typing import Any

import optuna
import pytest

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, own_studies, read_study
from hpo.study.narrowing import narrowed
from hpo.study.parameter import Parameter, Value
from hpo.study.space import parameters, sample

SEARCHING = [name for name in own_studies() if parameters(load_study(name))]


def drawn(study: StudyConfig, count: int) -> list[dict[str, Any]]:
    """Parameters of random trials whose networks can exist."""
    search, found = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=count)), []
    while len(found) < count:
        trial = search.ask()
        if not sample(trial, study, seed=0).network.shortfall():
            found.append(trial.params)
    return found


def around(table: dict[str, Any], values: list[Value], whole: bool = True) -> Any:  # noqa: ANN401
    """What a parameter's table becomes around these values: `units`, or the rate of training."""
    study = load_study("glyphs").model_copy(deep=True)
    (study.network if whole else study.train)["units" if whole else "learning_rate"] = table
    other = drawn(study, 1)[0]
    name = "units" if whole else "learning_rate"
    new = narrowed(study, [other | {name: value} for value in values], "new")
    return new["network" if whole else "train"][name]


@pytest.mark.parametrize("name", SEARCHING)
@pytest.mark.parametrize("count", [2, 5])
def test_a_narrowed_study_is_one_and_holds_the_best(name: str, count: int) -> None:
    study = load_study(name)
    best = drawn(study, count)
    new = read_study(narrowed(study, best, "new"), "new")
    assert (new.name, new.trials) == ("new", study.trials)
    open_now = {parameter.name: parameter for parameter in parameters(new)}
    for parameter in parameters(study):
        values = [one[parameter.name] for one in best]
        if parameter.name not in open_now:
            assert len(set(values)) == 1
            continue
        now = open_now[parameter.name]
        assert all(now.has(value) for value in values)
        assert _width(now) <= _width(parameter)


def _width(parameter: Parameter) -> float:
    if parameter.range is None:
        return len(parameter.values)
    return float(parameter.range.high - parameter.range.low)


def test_a_range_is_a_quarter_wider_than_the_best() -> None:
    table = {"low": 0, "high": 1000}
    assert around(table, [400, 600]) == {"low": 350, "high": 650}
    assert around(table, [0, 600]) == {"low": 0, "high": 750}


def test_on_the_scale_of_the_range() -> None:
    table = {"low": 1e-4, "high": 1.0, "log": True}
    found = around(table, [1e-3, 1e-1], whole=False)
    assert found["log"] is True
    assert found["low"] == pytest.approx(10**-3.5)
    assert found["high"] == pytest.approx(10**-0.5)


def test_steps_stay_steps() -> None:
    table = {"low": 16, "high": 256, "step": 16}
    assert around(table, [64, 160]) == {"low": 48, "high": 176, "step": 16}
    assert around(table, [64, 64]) == {"low": 48, "high": 80, "step": 16}


def test_a_tenth_of_a_range_is_left_though_the_best_agree() -> None:
    assert around({"low": 0, "high": 1000}, [400, 400, 400]) == {"low": 350, "high": 450}


def test_choices_that_none_of_the_best_took_go() -> None:
    study = load_study("compact")
    best = [one | {"loss": "one-shot"} for one in drawn(study, 4)]
    assert narrowed(study, best, "new")["train"]["loss"] == "one-shot"


def test_one_trial_is_too_few() -> None:
    study = load_study("glyphs")
    with pytest.raises(InputError, match=r"1 complete trial; a narrower space needs at least two"):
        narrowed(study, drawn(study, 1), "new")


def test_the_other_study_stays_as_it_is() -> None:
    study = load_study("compact")
    before = study.model_dump(mode="json")
    narrowed(study, drawn(study, 3), "new")
    assert study.model_dump(mode="json") == before
