"""Mistakes in a search space, each named in one line."""

from math import inf, nan

import pytest
from spacious import changed, study_of

from data.errors import InputError
from hpo.study.space import most_epochs

CONVOLUTION = {"filters": 16, "kernel": 1}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (
            "train.layers.learning_rate",
            {"low": 0.1, "high": 0.001},
            "train.layers.learning_rate: low 0.1 must be below high 0.001",
        ),
        (
            "train.layers.learning_rate",
            {"low": 0, "high": 0.1, "log": True},
            "train.layers.learning_rate: low 0 must be above 0 where log is true",
        ),
        (
            "train.layers.l2",
            {"low": 0.0, "high": 5.0},
            "train.layers.l2: should be less than or equal to 1, not 5.0",
        ),
        (
            "train.layers.momentun",
            {"low": 0.0, "high": 1.0},
            "train.layers.momentun: unknown key; did you mean momentum?",
        ),
        (
            "network.units",
            {"low": 64, "hihg": 256},
            "network.units: ",
        ),
        (
            "network.units",
            {"low": 64, "high": 256.5},
            "network.units: should be a whole number, not 256.5",
        ),
        (
            "network.units",
            {"low": 64, "high": 250, "step": 64},
            "network.units: high 250 must be low 64 plus a multiple of step 64",
        ),
        (
            "network.units",
            {"low": 64, "high": 256, "step": 0.5},
            "network.units: step 0.5 must be a positive whole number",
        ),
        (
            "network.units",
            {"low": 64, "high": 256, "step": 2, "log": True},
            "network.units: step and log = true exclude each other",
        ),
        ("network.units", 0, "network.units: should be greater than or equal to 1, not 0"),
        (
            "train.loss",
            {"choices": ["pairs", "pair"]},
            "train.loss: should be 'pairs', 'batch-pairs', 'nca' or 'one-shot', not 'pair'",
        ),
        ("train.loss", {"choices": []}, "train.loss: choices: should have 1 or more entries"),
        ("train.loss", {"choices": "nca"}, "train.loss: choices: should be a list, not 'nca'"),
        (
            "train.loss",
            {"choices": ["nca", ["pairs"]]},
            "train.loss: choices.1: should be true or false, a number or a string, not a list",
        ),
        (
            "train.loss",
            {"choices": ["nca", "nca"]},
            "train.loss: choices: 'nca' stands there twice",
        ),
        ("network.units", {"choices": [64, 64]}, "network.units: choices: 64 stands there twice"),
        ("train.temperature", {"choices": [1, 1.0]}, "choices: 1.0 stands there twice"),
        ("network.batch_norm", {"choices": [True, True]}, "choices: true stands there twice"),
        # Equal in Python, and one for Optuna; but no field takes both.
        ("network.units", {"choices": [1, True]}, "units: should be a whole number, not true"),
        ("network.batch_norm", {"choices": [True, 1]}, "should be true or false, not 1"),
        ("train.temperature", {"choices": [1, True]}, "should be a number, not true"),
        (
            "train.temperature",
            {"choices": [1.0, nan]},
            "train.temperature: choices.1: should be a finite number, not nan",
        ),
        ("train.temperature", nan, "train.temperature: should be a finite number, not nan"),
        *(
            (
                "train.temperature",
                {"low": 0.1, "high": 1.0} | {end: value},
                f"train.temperature: {end}: should be a finite number, not {value}",
            )
            for end in ("low", "high", "step")
            for value in (nan, inf)
        ),
        ("network.units", {"low": "a", "high": 9}, "units: low: should be a number, not 'a'"),
        ("network.units", {"low": 1}, "network.units: high: is required"),
        ("train.batch.drawers", {"choices": [2, 1]}, "train.batch.drawers: should be greater"),
        (
            "network.convolutions.1.kernel",
            {"low": 9, "high": 3},
            "network.convolutions.1.kernel: low 9 must be below high 3",
        ),
        ("network.convolutions", {"filters": 3}, "network.convolutions: "),
        (
            "network.convolutions.1.present",
            {"choices": [0, 1]},
            "network.convolutions.1.present: should be true, false or choices of these, not 0",
        ),
        (
            "network.convolutions.1.present",
            {"choices": [True, False, "no"]},
            "present: should be true, false or choices of these, not 'no'",
        ),
        ("network.size", {"low": 28, "high": 35}, "network.size: must be one number"),
        ("train.seed", 3, "train.seed: not allowed"),
        (
            "train.validation",
            {"choices": ["exact", "sampled"]},
            "train.validation: must be one value, the same for all trials",
        ),
        (
            "train.validation",
            "verification",
            "train.validation: should be 'exact' or 'sampled', not 'verification'",
        ),
        ("train.layers", [{"learning_rate": 0.1}] * 3, "train.layers has 3 entries"),
        (
            "network.convolutions",
            [CONVOLUTION]
            + 4 * [CONVOLUTION | {"present": {"choices": [True, False]}}]
            + 4 * [CONVOLUTION | {"present": {"choices": [False, True]}}],
            "network.convolutions: should have 8 or fewer entries, not 9",
        ),
    ],
)
def test_a_mistake_in_the_space_is_named(key: str, value: object, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        study_of(changed(key, value))
    line = str(caught.value)
    assert line.startswith("studies/foo.toml: ")
    assert expected in line
    assert "\n" not in line


@pytest.mark.parametrize("present", [[True, False], [False, True], [True]])
@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (
            "filters",
            {"low": 0, "high": 160, "step": 32},
            "filters: should be greater than or equal to 1, not 0",
        ),
        (
            "filters",
            {"low": 64, "high": 2048},
            "filters: should be less than or equal to 1024, not 2048",
        ),
        ("kernel", {"choices": [3, "5"]}, "kernel: should be a whole number, not '5'"),
        ("kernel", {"choices": ["5", 3]}, "kernel: should be a whole number, not '5'"),
        (
            "kernel",
            {"choices": [3, 5, 7, 0]},
            "kernel: should be greater than or equal to 1, not 0",
        ),
        ("pool", {"choices": [True, "no"]}, "pool: should be true or false, not 'no'"),
    ],
)
def test_every_value_of_a_convolution_that_may_be_absent_is_looked_at(
    present: list[bool], key: str, value: dict[str, object], expected: str
) -> None:
    document = changed("network.convolutions.1.present", {"choices": present})
    document["network"]["convolutions"][1][key] = value
    with pytest.raises(InputError) as caught:
        study_of(document)
    assert str(caught.value) == f"studies/foo.toml: network.convolutions.1.{expected}"


@pytest.mark.parametrize("present", [[True, False], [False, True]])
@pytest.mark.parametrize(
    "rate", [{"choices": [0.1, 11]}, {"choices": [-1, 0.1]}, {"choices": [0.1, "a"]}]
)
def test_and_so_is_how_it_learns(present: list[bool], rate: dict[str, object]) -> None:
    document = changed("network.convolutions.1.present", {"choices": present})
    layers: list[dict[str, object]] = [{"learning_rate": 0.1} for _ in range(4)]
    layers[1] = {"learning_rate": rate}
    document["train"]["layers"] = layers
    with pytest.raises(InputError, match=r"train\.layers\.1\.learning_rate: should be "):
        study_of(document)


@pytest.mark.parametrize("present", [False, {"choices": [False]}])
def test_what_is_never_present_may_be_anything(present: object) -> None:
    document = changed("network.convolutions.1.present", present)
    document["network"]["convolutions"][1]["kernel"] = {"choices": [3, "5"]}
    assert most_epochs(study_of(document)) == 30


def test_a_network_without_any_convolution_is_refused() -> None:
    document = changed("network.convolutions.0.present", {"choices": [True, False]})
    document["network"]["convolutions"][1]["present"] = {"choices": [False, True]}
    with pytest.raises(InputError, match=r"network\.convolutions: should have 1 or more entries"):
        study_of(document)
