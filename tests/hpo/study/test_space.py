"""The search space: one parameter a range or choice, valid everywhere, and mapped back exactly."""

import copy
from math import inf, nan
from typing import Any

import optuna
import pytest

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study
from hpo.study.samplers import make_sampler
from hpo.study.space import config_of, most_epochs, parameters, sample
from hpo.study.transfer import nearest
from model.config import RunConfig

DOCUMENT: dict[str, Any] = {
    "name": "spacious",
    "trials": 10,
    "network": {
        "size": 35,
        "units": {"low": 64, "high": 256, "step": 64},
        "batch_norm": {"choices": [True, False]},
        "convolutions": [
            {"filters": {"low": 16, "high": 64, "step": 16}, "kernel": {"low": 3, "high": 10}},
            {"filters": 32, "kernel": {"low": 3, "high": 9}, "pool": True},
        ],
    },
    "train": {
        "loss": {"choices": ["pairs", "batch-pairs", "nca", "one-shot"]},
        "epochs": {"low": 5, "high": 30},
        "layers": {
            "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
            "momentum": {"low": 0, "high": 1},
            "l2": 0.01,
        },
        "batch": {"drawers": {"choices": [2, 4, 8]}},
        "distortion": {"affine": {"low": 0.0, "high": 1.5, "step": 0.5}},
    },
}
LAYERS = ("conv1", "conv2", "embedding", "output")


def changed(key: str, value: object) -> dict[str, Any]:
    """The document above with the value at a dotted key replaced."""
    document = copy.deepcopy(DOCUMENT)
    *parents, last = key.split(".")
    table: Any = document
    for parent in parents:
        table = table[int(parent)] if isinstance(table, list) else table[parent]
    table[last] = value
    return document


def study_of(document: dict[str, Any]) -> StudyConfig:
    return read_study(document, "studies/foo.toml")


def test_parameters_bear_the_names_of_layers_and_tables() -> None:
    trial = optuna.create_study().ask()
    sample(trial, study_of(DOCUMENT), seed=1)
    assert set(trial.params) == {
        "units",
        "batch_norm",
        "conv1.filters",
        "conv1.kernel",
        "conv2.kernel",
        "loss",
        "epochs",
        "batch.drawers",
        "distortion.affine",
        *(f"{layer}.{key}" for layer in LAYERS for key in ("learning_rate", "momentum")),
    }


def test_a_range_is_of_its_fields_kind_whatever_its_ends_look_like() -> None:
    trial = optuna.create_study().ask()
    sample(trial, study_of(DOCUMENT), seed=1)
    # Both ends of the momentum's range are whole numbers: the momentum is not.
    assert trial.distributions["conv1.momentum"] == optuna.distributions.FloatDistribution(0, 1)
    assert trial.distributions["units"] == optuna.distributions.IntDistribution(64, 256, step=64)
    rate = optuna.distributions.FloatDistribution(1e-4, 1e-1, log=True)
    assert trial.distributions["output.learning_rate"] == rate


@pytest.mark.parametrize("name", ["tpe", "gp", "additive", "random"])
def test_every_sampler_proposes_valid_configurations_that_map_back(name: str) -> None:
    study = study_of(DOCUMENT | {"sampler": {"name": name, "startup_trials": 3}})
    search = optuna.create_study(direction="maximize")
    seen = set()
    for number in range(5):
        trial = search.ask()
        search.sampler = make_sampler(study, number)
        run = sample(trial, study, seed=number)
        assert RunConfig.model_validate(run.model_dump()) == run
        assert config_of(study, trial.params, seed=number) == run
        assert run.train.seed == number
        assert run.network.convolutions[1].filters == 32
        assert [layer.l2 for layer in run.train.layers] == [0.01] * 4
        assert [layer.learning_rate for layer in run.train.layers] == [
            trial.params[f"{layer}.learning_rate"] for layer in LAYERS
        ]
        trial.set_constraint("shortfall", run.network.shortfall() or -1)
        search.tell(trial, run.network.units / 256 + run.train.layers[0].momentum)
        seen.add(tuple(trial.params.values()))
    assert len(seen) == 5


def test_the_order_of_keys_in_the_file_does_not_matter() -> None:
    def backwards(value: object) -> object:
        if isinstance(value, dict):
            return {key: backwards(value[key]) for key in reversed(value)}
        return [backwards(item) for item in value] if isinstance(value, list) else value

    turned = backwards(DOCUMENT)
    assert isinstance(turned, dict)
    assert list(turned) != list(DOCUMENT)
    drawn = []
    for document in (DOCUMENT, turned):
        study = study_of(document)
        trial = optuna.create_study(sampler=make_sampler(study, 0)).ask()
        drawn.append(sample(trial, study, seed=0))
    assert drawn[0] == drawn[1]


def test_layers_may_be_listed_one_by_one() -> None:
    layers: list[dict[str, Any]] = [{"learning_rate": 0.01} for _ in LAYERS]
    layers[2]["learning_rate"] = {"low": 0.001, "high": 0.1}
    study = study_of(changed("train.layers", layers))
    trial = optuna.create_study().ask()
    run = sample(trial, study, seed=0)
    assert [name for name in trial.params if name.endswith("rate")] == ["embedding.learning_rate"]
    assert run.train.layers[0].learning_rate == 0.01
    assert run.train.layers[2].learning_rate == trial.params["embedding.learning_rate"]


def test_a_convolution_may_be_absent_and_every_trial_has_the_same_parameters() -> None:
    document = changed("network.convolutions.1.present", {"choices": [True, False]})
    study = study_of(document)
    names = [parameter.name for parameter in parameters(study)]
    assert "conv2.present" in names
    assert {"conv2.kernel", "conv2.learning_rate", "output.momentum"} < set(names)
    trials = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    depths = set()
    for _ in range(8):
        trial = trials.ask()
        run = sample(trial, study, seed=0)
        assert sorted(trial.params) == sorted(names)
        assert len(run.train.layers) == len(run.network.layers)
        assert run.train.layers[-1].learning_rate == trial.params["output.learning_rate"]
        assert run.train.layers[-1].momentum == trial.params["output.momentum"]
        assert (len(run.network.convolutions) == 2) == trial.params["conv2.present"]
        # Back to parameters, all but those of what is not there.
        back = nearest(study, run)
        gone = {n for n in names if n.startswith("conv2.") and not trial.params["conv2.present"]}
        assert back == {k: v for k, v in trial.params.items() if k not in gone - {"conv2.present"}}
        depths.add(len(run.network.convolutions))
    assert depths == {1, 2}


def test_most_epochs_is_the_upper_end() -> None:
    assert most_epochs(study_of(DOCUMENT)) == 30
    assert most_epochs(study_of(changed("train.epochs", 7))) == 7
    assert most_epochs(study_of(changed("train.epochs", {"choices": [9, 3]}))) == 9


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
    ],
)
def test_a_mistake_in_the_space_is_named(key: str, value: object, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        study_of(changed(key, value))
    line = str(caught.value)
    assert line.startswith("studies/foo.toml: ")
    assert expected in line
    assert "\n" not in line


def test_a_space_without_any_possible_network_is_refused() -> None:
    document = changed("network.convolutions.0.kernel", {"low": 30, "high": 40})
    document["network"]["convolutions"][1]["kernel"] = {"choices": [12, 9]}
    with pytest.raises(InputError, match=r"network\.convolutions: no network of this") as it:
        study_of(document)
    assert "size 35" in str(it.value)
    # One possible choice is enough, wherever it stands in the list.
    document["network"]["convolutions"][1]["kernel"] = {"choices": [12, 5]}
    assert study_of(document).name == "spacious"


def test_padding_may_be_searched_where_nothing_fits_without() -> None:
    definition = load_study("quick").definition()
    searched = {"padding": {"choices": [False, True]}}
    network = definition["network"]
    convolutions = [convolution | searched for convolution in network["convolutions"]]
    document = definition | {"trials": 1, "network": network | {"convolutions": convolutions}}
    study = study_of(document)
    params = {parameter.name: parameter.values[0] for parameter in parameters(study)}
    assert config_of(study, params, seed=0).network.shortfall() > 0
    padded = params | {f"conv{number}.padding": True for number in range(1, 5)}
    assert config_of(study, padded, seed=0).network.shortfall() == 0
    # Pooled so often, nothing is left with any padding.
    document["network"]["convolutions"] = [c | {"pool": True} for c in convolutions[:2]] * 4
    document["train"]["layers"] = {"learning_rate": 0.1}
    with pytest.raises(InputError, match="size 35 is still 1 pixels too small"):
        study_of(document)


def test_the_paper_searches_27_parameters() -> None:
    trial = optuna.create_study().ask()
    run = sample(trial, load_study("paper"), seed=0)
    assert len(trial.params) == 27
    assert [convolution.pool for convolution in run.network.convolutions] == [True] * 3 + [False]
