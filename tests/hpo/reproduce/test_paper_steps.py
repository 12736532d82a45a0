"""Single changes of the best configuration, and steps from it to ours: what each changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from data.errors import WorkFailed
from hpo.reproduce.context import Context
from hpo.reproduce.paper_search import staircase as steps
from hpo.reproduce.paper_search.compared import changed, for_pairs, pictures_of_step
from hpo.reproduce.paper_search.settings import LITERAL, Settings, starts
from hpo.reproduce.paper_search.splits import AS_FOUND, changes, splits
from hpo.reproduce.paper_search.staircase import STEPS, staircase
from hpo.reproduce.paper_search.table1 import configurations
from hpo.reproduce.trainings import Kept, Trained, train
from hpo.runtime.dotted_keys import leaves
from hpo.storage.workspace import TrainedFolder
from hpo.study.accuracies import SeedResult
from hpo.study.file import load_study
from model.config import RunConfig
from model.training.trainer import Trainer

Make = Callable[..., Context]

OF_CHANGE = {
    "initialisation": {"network.initialisation"},
    "different-pairs": {"train.batch.across"},
    "distortions": {"train.distortion.fixed"},
    "judge": {"train.validation"},
    "distance": {"network.distance"},
}


@pytest.fixture
def best(settings: Settings) -> RunConfig:
    return starts(settings.studies[LITERAL])[-1]


def differing(one: RunConfig, other: RunConfig) -> set[str]:
    """Dotted keys of the values in which two configurations differ."""
    before, after = (leaves(config.model_dump(mode="json")) for config in (one, other))
    return {key for key in before | after if before.get(key) != after.get(key)}


def pictures(config: RunConfig) -> int:
    return config.train.epochs * config.train.steps_per_epoch * pictures_of_step(config)


def test_a_change_is_one_change_for_as_many_pairs(best: RunConfig, settings: Settings) -> None:
    found = changes(best, settings, None)
    plain = found[AS_FOUND].config
    for name, keys in OF_CHANGE.items():
        assert differing(plain, found[name].config) == keys
    of_adam = differing(plain, found["optimiser"].config)
    assert {"train.optimiser", "train.layers.0.learning_rate"} <= of_adam
    assert all(key == "train.optimiser" or key.startswith("train.layers.") for key in of_adam)
    assert found.keys() == {AS_FOUND, "optimiser", *OF_CHANGE}
    seen = {name: pictures(change.config) for name, change in found.items()}
    assert set(seen.values()) == {2 * settings.split_pairs}


def test_what_the_search_chose_is_changed_to_the_other(best: RunConfig, settings: Settings) -> None:
    first = changes(best, settings, None)
    for name in ("initialisation", "different-pairs", "distortions", "judge", "distance"):
        back = changes(first[name].config, settings, None)[name]
        assert back.config == first[AS_FOUND].config
        assert back.title != first[name].title


def test_the_other_forms_best_is_trained_as_long(best: RunConfig, settings: Settings) -> None:
    other = changed(best, {"network.units": 24})
    found = changes(best, settings, other)
    assert differing(found[AS_FOUND].config, found["scales"].config) == {"network.units"}


def test_each_step_keeps_those_before(best: RunConfig) -> None:
    now, seen = best, set[str]()
    for step in STEPS.values():
        after = step.take(now)
        new = differing(now, after)
        assert new
        assert not new & seen
        now, seen = after, seen | new
    assert now.network.batch_norm
    assert now.network.centred
    assert all(convolution.padding for convolution in now.network.convolutions)
    assert now.train.loss == "one-shot"
    assert pictures_of_step(now) == pictures_of_step(best)


def test_two_pictures_are_a_pair_for_every_loss(best: RunConfig) -> None:
    of_pairs = for_pairs(best, 1000, epoch_steps=10)
    one_shot = for_pairs(STEPS["one-shot"].take(best), 1000, epoch_steps=10)
    assert pictures(of_pairs) == pictures(one_shot) >= 2000
    assert of_pairs.train.patience == of_pairs.train.epochs


def test_every_rung_of_table_1_has_its_fixed_pairs(best: RunConfig, settings: Settings) -> None:
    found = configurations(best, settings)
    fixed = {number: config.train.batch.training_pairs for number, config in found.items()}
    assert fixed[("30k", False)] == 30 * settings.thousand
    assert {config.train.validation for config in found.values()} == {"verification"}
    assert {distorted: c.train.distortion.affine for (_, distorted), c in found.items()} == {
        False: 0.0,
        True: 1.0,
    }
    assert len({pictures(config) for config in found.values()}) == 1


def test_a_step_keeps_the_factor_of_the_rates_that_validation_likes(
    context: Make, settings: Settings, best: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = dict[str, tuple[float, int]]()

    def train(here: Context, configs: Mapping[str, RunConfig]) -> dict[str, list[Trained]]:
        found = {}
        for name, config in configs.items():
            factor = config.train.learning_rate
            tried[name] = factor, here.seeds
            accuracy = 1 - abs(factor - (3 if config.network.centred else 10)) / 10
            result = SeedResult(
                seed=0, accuracy=accuracy, standard_error=0.0, best_epoch=1, epochs=1, seconds=1.0
            )
            found[name] = [Trained(TrainedFolder(here.folder / name), result)]
        return found

    kept = dict[str, RunConfig]()
    monkeypatch.setattr(steps, "train", train)
    monkeypatch.setattr(steps, "compared", lambda _, configs: kept.update(configs) or {})
    factors = (1.0, 3.0, 10.0)
    staircase(context(seeds=3), replace(settings, rate_factors=factors), best)
    assert list(kept) == [
        AS_FOUND,
        "normalised-x10",
        "padded-x10",
        "centred-x3",
        "one-shot-x3",
        "ours",
    ]
    assert kept["centred-x3"].train.learning_rate == 3.0
    assert set(tried.values()) == {(factor, 1) for factor in factors}


def test_splits_go_on_training_by_training(
    context: Make, settings: Settings, best: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, own, begun = context(seeds=1), Trainer.run, list[RunConfig]()

    def run(trainer: Trainer) -> object:
        begun.append(trainer.config)
        if len(begun) == 3:
            raise KeyboardInterrupt
        return own(trainer)

    monkeypatch.setattr(Trainer, "run", run)
    with pytest.raises(KeyboardInterrupt):
        splits(here, settings, best, None, [])
    longer = [Kept(TrainedFolder(here.folder / "trainings" / "small" / AS_FOUND / "seed-0"))]
    found = splits(here, settings, best, None, longer)
    assert len(begun) == len(found)  # the third began twice, and what is given is not trained
    assert begun[2] == begun[3]
    assert all(0 < reached.validation.value < 1 for reached in found.values())


@pytest.mark.parametrize("name", ["paper-35", "paper-35-log", "paper", "paper-log"])
def test_every_form_and_size_has_its_changes_and_steps(name: str, settings: Settings) -> None:
    now = starts(load_study(name))[0]
    assert all(not c.config.network.shortfall() for c in changes(now, settings, now).values())
    for step in STEPS.values():
        now = step.take(now)
    assert not now.network.shortfall()


def test_a_training_that_diverges_is_the_worst_and_is_not_measured(
    best: RunConfig, context: Make
) -> None:
    """A step of the staircase tries rates ten times as high, with which one may."""
    wild = changed(
        best,
        {"train.loss": "nca", "train.temperature": 1e-300, "train.learning_rate": 10.0},
    )
    short = {"train.epochs": 1, "train.steps_per_epoch": 2}
    done = train(context(seeds=1), {"tame": changed(best, short), "wild": changed(wild, short)})
    (tame,), (lost,) = done["tame"], done["wild"]
    assert lost.result.accuracy == 0 < tame.result.accuracy
    tame.network(context())
    with pytest.raises(WorkFailed, match=r"wild/seed-\d+: the loss of its training is not finite"):
        lost.network(context())
