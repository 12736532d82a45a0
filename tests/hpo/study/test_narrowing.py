"""The space around the best trials holds them, is smaller, and is one that a study may have."""

from __future__ import annotations

from typing import Any

import optuna
import pytest
from optuna.distributions import FloatDistribution

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, own_studies, read_study
from hpo.study.narrowing import narrowed
from hpo.study.parameter import Parameter, Value
from hpo.study.pruners import make_pruner
from hpo.study.space import config_of, parameters, sample
from hpo.study.transfer import nearest
from model.config import RunConfig

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
    for one in best:
        assert holds(new, config_of(study, one, seed=0))
    places = {f"conv{place + 1}": _having(study, place, best) for place in range(8)}
    places = {layer: having for layer, having in places.items() if having}
    renamed = {old: f"conv{place}" for place, old in enumerate(places, start=1)}
    open_now = {parameter.name: parameter for parameter in parameters(new)}
    for parameter in parameters(study):
        layer, dot, rest = parameter.name.partition(".")
        if layer.startswith("conv") and dot and layer not in places:
            continue
        of_all = rest == "present" or layer not in places
        values = [one[parameter.name] for one in (best if of_all else places[layer])]
        now = open_now.get(renamed.get(layer, layer) + dot + rest)
        if now is None:
            assert len(set(values)) == 1
            continue
        assert all(now.has(value) for value in values)
        assert _width(now) <= _width(parameter)


def holds(study: StudyConfig, run: RunConfig) -> bool:
    """Whether a trial of the study may have this configuration."""
    of_none = {parameter.name: parameter.values[0] for parameter in parameters(study)}
    return config_of(study, of_none | nearest(study, run), seed=0) == run


def _having(study: StudyConfig, place: int, best: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The trials that have a convolution."""
    if place >= len(study.network["convolutions"]):
        return []
    return [one for one in best if one.get(f"conv{place + 1}.present", True)]


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


@pytest.mark.filterwarnings("error")
def test_the_best_value_in_steps_of_fractions_is_left() -> None:
    """Computed with floats, three steps of a tenth are a little more than 0.3."""
    table = {"low": 0.0, "high": 0.8, "step": 0.1}
    found = around(table, [0.4, 0.8], whole=False)
    assert found == table | {"low": 0.3}
    parameter = Parameter.of("learning_rate", "train.learning_rate", found, whole=False)
    assert parameter.distribution == FloatDistribution(0.3, 0.8, step=0.1)


def test_a_tenth_of_a_range_is_left_though_the_best_agree() -> None:
    assert around({"low": 0, "high": 1000}, [400, 400, 400]) == {"low": 350, "high": 450}


def test_choices_that_none_of_the_best_took_go() -> None:
    study = load_study("compact")
    best = [one | {"loss": "one-shot"} for one in drawn(study, 4)]
    assert narrowed(study, best, "new")["train"]["loss"] == "one-shot"


def without(best: list[dict[str, Any]], *layers: str) -> list[dict[str, Any]]:
    """The trials, in which some convolutions are not present."""
    return [one | {f"{layer}.present": False for layer in layers} for one in best]


def open_convolutions(*present: object) -> StudyConfig:
    """A study with as many convolutions, each with filters and a rate to search."""
    filters = {"low": 8, "high": 128}
    study = load_study("glyphs").model_dump(mode="json", exclude_none=True)
    study["network"]["convolutions"] = [
        {"filters": filters, "kernel": 3} | ({} if one is None else {"present": one})
        for one in present
    ]
    study["train"]["layers"] = {"learning_rate": {"low": 0.1, "high": 1.0}}
    return read_study(study, "open")


MAYBE = {"choices": [True, False]}


@pytest.mark.parametrize("name", SEARCHING)
def test_a_convolution_that_none_of_the_best_has_is_left_out(name: str) -> None:
    study = load_study(name)
    maybe = [p.name.partition(".")[0] for p in parameters(study) if p.name.endswith(".present")]
    new = read_study(narrowed(study, without(drawn(study, 3), *maybe), "new"), "new")
    assert len(new.network["convolutions"]) == len(study.network["convolutions"]) - len(maybe)
    assert not [p.name for p in parameters(new) if p.name.endswith(".present")]


@pytest.mark.parametrize("gone", [False, MAYBE])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_left_out_takes_its_learning_with_it(place: int, gone: object) -> None:
    presence = [None, None, None]
    study = open_convolutions(*presence[:place], gone, *presence[place:])
    best = drawn(study, 3)
    if gone == MAYBE:
        best = without(best, f"conv{place + 1}")
    new = read_study(narrowed(study, best, "new"), "new")
    assert len(new.network["convolutions"]) == 3
    assert len(new.train["layers"]) == 5
    names = [parameter.name for parameter in parameters(new)]
    assert [name for name in names if name.startswith("conv")] == [
        *(f"conv{number}.filters" for number in (1, 2, 3)),
        *(f"conv{number}.learning_rate" for number in (1, 2, 3)),
    ]
    for one in best:
        assert holds(new, config_of(study, one, seed=0))


def test_a_range_holds_the_values_of_those_that_have_the_convolution() -> None:
    study = open_convolutions(None, MAYBE)
    low, other, high = drawn(study, 3)
    best = [
        low | {"conv2.present": True, "conv2.filters": 40},
        other | {"conv2.present": False, "conv2.filters": 128},
        high | {"conv2.present": True, "conv2.filters": 60},
    ]
    second = narrowed(study, best, "new")["network"]["convolutions"][1]
    assert second["filters"] == {"low": 35, "high": 65}
    assert second["present"] == MAYBE


def test_a_convolution_that_all_the_best_have_stays() -> None:
    study = open_convolutions(None, MAYBE)
    best = [one | {"conv2.present": True} for one in drawn(study, 3)]
    assert narrowed(study, best, "new")["network"]["convolutions"][1]["present"] is True


@pytest.mark.parametrize("pruner", ["none", "median", "hyperband", "guarded-halving"])
@pytest.mark.parametrize(
    ("epochs", "best", "expected"),
    [
        ({"choices": [2, 3, 6]}, [2, 2], 2),
        ({"choices": [2, 3, 6]}, [2, 3], 3),
        ({"choices": [2, 3, 6]}, [2, 6], 4),
        ({"low": 1, "high": 20}, [1, 2], 2),
        ({"low": 1, "high": 20}, [2, 20], 4),
        ({"low": 2, "high": 10, "step": 2}, [2, 2], 2),
    ],
)
def test_no_pruner_waits_for_more_epochs_than_are_left(
    pruner: str, epochs: dict[str, Any], best: list[int], expected: int
) -> None:
    document = load_study("glyphs").model_dump(mode="json", exclude_none=True)
    document["train"]["epochs"] = epochs
    rule = {"name": pruner, "min_epochs": 4, "reduction_factor": 2}
    study = read_study(document | {"pruner": rule}, "old")
    trials = [one | {"epochs": done} for one, done in zip(drawn(study, 2), best, strict=True)]
    new = read_study(narrowed(study, trials, "new"), "new")
    assert new.pruner.min_epochs == expected
    assert new.pruner == study.pruner.model_copy(update={"min_epochs": expected})
    make_pruner(new)


def test_one_trial_is_too_few() -> None:
    study = load_study("glyphs")
    with pytest.raises(InputError, match=r"1 complete trial; a narrower space needs at least two"):
        narrowed(study, drawn(study, 1), "new")


def test_the_other_study_stays_as_it_is() -> None:
    study = load_study("compact")
    before = study.model_dump(mode="json")
    narrowed(study, drawn(study, 3), "new")
    assert study.model_dump(mode="json") == before
