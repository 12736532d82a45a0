"""The paper's own search in parts, at a budget of seconds: each goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from data.errors import InputError
from hpo.reproduce.context import Context
from hpo.reproduce.experiments import search
from hpo.reproduce.networks import NETWORKS
from hpo.reproduce.paper_search.longest import kept_in, lengthened, longest
from hpo.reproduce.paper_search.most_epochs import in_most_epochs
from hpo.reproduce.paper_search.paper_size import at_paper_size
from hpo.reproduce.paper_search.searches import searches
from hpo.reproduce.paper_search.settings import LITERAL, Settings, starts
from hpo.reproduce.paper_search.worth import learnt_alike
from hpo.reproduce.registry import check_part
from hpo.reproduce.table import Measured, Table
from hpo.storage.studies import find_study
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.study.definition import PrunerConfig, SamplerConfig
from hpo.study.file import load_study
from hpo.study.space import most_epochs
from model.config import NetworkConfig, RunConfig
from model.network.weights import load_network
from model.training.trainer import Trainer

Make = Callable[..., Context]


def values(table: Table) -> dict[str, float]:
    return {r.label: r.cells[0].value for r in table.rows if isinstance(r.cells[0], Measured)}


def test_the_whole_experiment_and_again(
    context: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = context(seeds=1)
    table = search.run(here, settings)
    found = values(table)
    assert (
        0 <= found["random configurations, literal scales: share above an untrained network"] <= 1
    )
    best = found["tpe search, logarithmic scales: best on validation"]
    beyond = found["tpe search, logarithmic scales: above the best by hand"]
    assert best > 1 / 20
    assert best - beyond > 1 / 20
    assert found["tpe search, literal scales: above random search, as much work"] < 1
    longest_of_all = found["the best, 0.00016 M pairs: 20-way, every drawer pair"]
    assert found["splits, 10 times the pairs: every drawer pair"] == longest_of_all
    assert found["the best in at most 5 epochs, 8e-05 M pairs: 20-way, every drawer pair"] > 1 / 20
    assert any("model-based searches" in note for note in table.notes)
    assert table.figures.keys() == {
        "worth",
        "searches",
        "proposals",
        "longest",
        "splits",
        "staircase",
    }
    assert found["splits, L2 distance: every drawer pair"] > 1 / 20
    assert found["staircase, the network and training of `deep`: official runs"] > 1 / 40
    assert "30k pairs, no distortions: verification, of one alphabet" in found
    assert [s["complete"] for s in table.details["searches"]] == [4] * 4
    # Three of the four trials are a person's.
    assert [len(s["shrinking"]) for s in table.details["searches"]] == [1] * 4

    def trained(*_: object) -> None:
        raise AssertionError("trains again")

    monkeypatch.setattr(Trainer, "run", trained)
    for part in ("worth", "longest"):
        again = values(search.run(replace(here, part=part), settings))
        assert again.items() <= found.items()


def test_a_part_does_nothing_else(context: Make, settings: Settings) -> None:
    here = replace(context(seeds=1), part="worth")
    table = search.run(here, settings)
    assert all(row.label.startswith("random configurations") for row in table.rows)
    assert sorted(path.name for path in here.folder.iterdir()) == ["worth"]


def test_random_configurations_go_on_and_come_out_alike(context: Make, settings: Settings) -> None:
    parts, whole = (replace(context(n), part="worth") for n in ("parts", "whole"))
    first = search.run(parts, replace(settings, configurations=1)).details["worth"]
    second = search.run(parts, settings).details["worth"]
    assert second[LITERAL][:1] == first[LITERAL]
    assert second == search.run(whole, settings).details["worth"]


def test_a_long_training_goes_on_and_keeps_the_same_networks(
    context: Make, settings: Settings, interrupting: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = starts(settings.studies[LITERAL])[0]
    assert lengthened(config, settings).train.epochs == 10
    whole, parts = context("whole", seeds=1), context("parts", seeds=1)
    longest(whole, settings, config)
    monkeypatch.setattr("hpo.finish.retrain_task.Progress", lambda *_, **__: interrupting(1))
    with pytest.raises(KeyboardInterrupt):
        longest(parts, settings, config)
    own = TrainedFolder(parts.folder / "longest" / f"seed-{config.train.seed}")
    assert not kept_in(own, 160).weights.exists()
    progress = interrupting()
    monkeypatch.setattr("hpo.finish.retrain_task.Progress", lambda *_, **__: progress)
    longest(parts, settings, config)
    assert progress.went_on_after == [1]
    for pairs in settings.kept:
        other = TrainedFolder(whole.folder / "longest" / own.folder.name)
        assert (
            kept_in(own, pairs).weights.read_bytes() == kept_in(other, pairs).weights.read_bytes()
        )


def test_as_many_pairs_are_seen_in_as_many_epochs_as_the_paper_allows(
    context: Make, settings: Settings
) -> None:
    config = starts(settings.studies[LITERAL])[0]
    here = context(seeds=1)
    assert list(in_most_epochs(here, settings, config)) == [80]
    (kept,) = (here.folder / "most-epochs" / "80-pairs" / "longest").glob("seed-*")
    _, trained = load_network(kept_in(TrainedFolder(kept), 80).weights)
    assert trained.train.epochs == settings.most_epochs
    assert trained.train.epochs * trained.train.steps_per_epoch * trained.train.batch.pairs == 80


def test_the_papers_network_is_trained_beside_the_best(
    context: Make, settings: Settings, tiny: NetworkConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tiny.model_copy(update={"size": 105})
    monkeypatch.setitem(NETWORKS, "paper", large)
    settings = replace(settings, kept_at_paper_size=(16, 32))
    here = replace(context(seeds=1), part="paper-size")
    found = values(search.run(here, settings))
    side = tiny.size
    networks = {f"the best, {side}x{side}": "small", "the paper's network, 105x105": "paper"}
    for network, folder in networks.items():
        for pairs in ("1.6e-05", "3.2e-05"):
            assert found[f"{network}, {pairs} M pairs: 20-way, every drawer pair"] > 1 / 20
        (kept,) = (here.folder / "paper-size" / folder / "longest").glob("seed-*")
        _, config = load_network(kept_in(TrainedFolder(kept), 32).weights)
        assert config.network.size == {"small": side, "paper": 105}[folder]
    trained = [label for label in found if " M pairs: " in label]
    assert all(label.startswith(tuple(networks)) for label in trained)


def test_the_papers_network_learns_layer_by_layer_as_the_best_does() -> None:
    for name, convolutions in (("paper-35", 3), ("paper-35-log", 4)):
        first = starts(load_study(name))[0]
        layers = tuple(
            layer.model_copy(update={"learning_rate": 10.0**-number})
            for number, layer in enumerate(first.train.layers[: convolutions + 2])
        )
        few = first.network.convolutions[:convolutions]
        network = first.network.model_copy(update={"convolutions": few})
        best = RunConfig(network=network, train=first.train.model_copy(update={"layers": layers}))
        found = at_paper_size(best)
        assert not found.network.shortfall()
        rates = [layer.learning_rate for layer in found.train.layers]
        assert rates[:convolutions] == [10.0**-number for number in range(convolutions)]
        assert rates[3] == 10.0 ** (1 - convolutions)
        assert rates[4:] == [10.0**-convolutions, 10.0 ** (-convolutions - 1)]
        assert found.train.batch == best.train.batch
        assert found.network.initialisation == "kaiming"


def test_the_papers_size_is_no_part_of_itself(context: Make, settings: Settings) -> None:
    here = replace(context(seeds=1), size="paper", part="paper-size")
    with pytest.raises(InputError, match="--part paper-size: shows 105x105 beside --size small"):
        search.run(here, settings)
    assert not here.folder.exists()


def test_the_starts_are_a_persons() -> None:
    for name in ("paper-35", "paper-35-log", "paper", "paper-log"):
        found = starts(load_study(name))
        assert [(r.train.layers[0].learning_rate, r.train.layers[-1].l2) for r in found] == [
            (1e-3, 0.0),
            (1e-3, 1e-5),
            (1e-2, 0.0),
        ]
        assert all(run.network.shortfall() == 0 for run in found)
        assert {layer.momentum for run in found for layer in run.train.layers} == {0.9}


@pytest.mark.parametrize(
    ("literal", "other"), [("paper-35", "paper-35-log"), ("paper", "paper-log")]
)
def test_two_forms_of_a_space_differ_in_their_scales_alone(literal: str, other: str) -> None:
    one, two = load_study(literal), load_study(other)
    assert one.network == two.network
    assert (one.sampler, one.pruner, one.finish) == (two.sampler, two.pruner, two.finish)
    own, logarithmic = one.train["layers"], two.train["layers"]
    assert {k: v for k, v in one.train.items() if k != "layers"} == {
        k: v for k, v in two.train.items() if k != "layers"
    }
    assert own["learning_rate"] | {"log": True} == logarithmic["learning_rate"]
    assert own["l2"]["high"] == logarithmic["l2"]["high"]
    assert one.pruner.min_epochs < most_epochs(one)


def test_what_is_worth_trains_one_network(settings: Settings) -> None:
    fixed = replace(settings, fixed={"size": 35, "units": 8})
    assert learnt_alike(settings.studies[LITERAL], fixed).network == fixed.fixed


@pytest.mark.parametrize(
    ("name", "part", "line"),
    [
        (
            "search",
            "wort",
            "--part wort: search has the parts worth, searches, longest, most-epochs",
        ),
        ("losses", "worth", "--part worth: losses has no parts"),
    ],
)
def test_an_unknown_part_is_refused(name: str, part: str, line: str) -> None:
    with pytest.raises(InputError, match=line):
        check_part(name, part)


def test_every_sampler_searches_beside_its_pruner(
    context: Make, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = replace(
        settings,
        studies={
            LITERAL: settings.studies[LITERAL].model_copy(
                update={"pruner": PrunerConfig(name="successive-halving")}
            )
        },
        samplers=tuple(SamplerConfig(name=name, startup_trials=3) for name in ("gp", "additive")),
    )
    here = context(seeds=1)
    assert [search.sampler for search in searches(here, settings)] == ["gp", "additive"]
    said = capsys.readouterr().err
    assert "search 1 of 2: paper-35-gp-0\n" in said
    assert "search 2 of 2: paper-35-additive-0\n" in said
    searches(here, settings)
    assert "search" not in capsys.readouterr().err  # for both are done
    rules = {}
    for sampler in settings.samplers:
        name = f"paper-35-{sampler.name}-0"
        with find_study(Workspace.of(name, here.folder / "searches" / name)) as (_, stored):
            rules[stored.sampler.name] = stored.pruner.name
    assert rules == {"gp": "successive-halving", "additive": "guarded-halving"}
