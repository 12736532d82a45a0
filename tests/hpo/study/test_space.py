"""The search space: one parameter a range or choice, valid everywhere, and mapped back exactly."""

from typing import Any

import optuna
import pytest
from spacious import DOCUMENT, changed, study_of

from data.errors import InputError
from hpo.study.file import load_study
from hpo.study.samplers import make_sampler
from hpo.study.space import config_of, most_epochs, parameters, sample
from hpo.study.transfer import nearest
from model.config import RunConfig

LAYERS = ("conv1", "conv2", "embedding", "output")


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
        assert len(run.train.layers) == len(run.network.layer_names)
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
    definition = load_study("quick").unchangeable()
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
