"""Networks together: their scores are added, and everything takes them as it takes a network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from data.errors import InputError
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.evaluation.classify import classify
from model.network.ensemble import Ensemble, EnsembleConfig
from model.network.programs import (
    ProgramForm,
    onnx_program,
    torch_program,
    write_programs,
)
from model.network.siamese import SiameseNetwork
from model.network.weights import load_network, load_trained, save_network

SPREADS = [4.0, 1.0, 2.5]


def config_with(
    units: int, copies: int, filters: int, temperature: float, size: int = 20
) -> RunConfig:
    return RunConfig(
        network=NetworkConfig(
            size=size,
            convolutions=(
                Convolution(filters=filters, kernel=3, pool=True, padding=True),
                Convolution(filters=8, kernel=3),
            ),
            units=units,
            batch_norm=True,
            centred=copies > 1,
            resized=0.6,
            copies=copies,
        ),
        train=TrainConfig(layers=(LayerConfig(learning_rate=0.1),) * 4, temperature=temperature),
    )


CONFIGS = [
    config_with(units=12, copies=3, filters=6, temperature=2.0),
    config_with(units=30, copies=1, filters=4, temperature=0.5),
    config_with(units=12, copies=2, filters=6, temperature=1.0),
]


@pytest.fixture(scope="module")
def members() -> list[SiameseNetwork]:
    """Networks of different shapes, their alphas of both signs."""
    made = []
    for seed, config in enumerate(CONFIGS):
        torch.manual_seed(seed)
        network = SiameseNetwork(config.network)
        torch.nn.init.normal_(network.output.weight)
        network(torch.rand(9, 1, 20, 20), torch.rand(9, 1, 20, 20))  # norms that are not 0 and 1
        made.append(network.eval())
    return made


@pytest.fixture(scope="module")
def ensemble(members: list[SiameseNetwork]) -> Ensemble:
    return Ensemble(EnsembleConfig.of(CONFIGS, SPREADS), members)


@pytest.fixture(scope="module")
def pictures() -> Tensor:
    return torch.rand(7, 1, 20, 20, generator=torch.Generator().manual_seed(5))


@torch.inference_mode()
def test_its_scores_are_the_sum_of_its_members_each_divided_by_its_spread(
    ensemble: Ensemble, members: list[SiameseNetwork], pictures: Tensor
) -> None:
    together = ensemble.embed(pictures)
    apart = [member.embed(pictures) for member in members]
    torch.testing.assert_close(together, torch.cat(apart, 1))

    def added(scores: list[Tensor]) -> Tensor:
        divided = [score / spread for score, spread in zip(scores, SPREADS, strict=True)]
        return torch.stack(divided).sum(0) * sum(SPREADS) / 9

    near = {"atol": 1e-5, "rtol": 1e-5}
    every = added([m.score(e[:3], e) for m, e in zip(members, apart, strict=True)])
    torch.testing.assert_close(ensemble.score(together[:3], together), every, **near)
    within = added([m.score_within(e) for m, e in zip(members, apart, strict=True)])
    torch.testing.assert_close(ensemble.score_within(together), within, **near)
    pairs = added([m.score_pairs(e[1:], e[:-1]) for m, e in zip(members, apart, strict=True)])
    torch.testing.assert_close(ensemble.score_pairs(together[1:], together[:-1]), pairs, **near)
    torch.testing.assert_close(ensemble(pictures[1:], pictures[:-1]), pairs, **near)


def test_probabilities_are_as_spread_as_the_members_are_on_average(ensemble: Ensemble) -> None:
    config = ensemble.config
    spread_of_sum = sum(f * s for f, s in zip(config.factors, SPREADS, strict=True))
    of_logits = (4.0 / 2.0 + 1.0 / 0.5 + 2.5 / 1.0) / 3
    assert spread_of_sum / config.softmax_temperature == pytest.approx(of_logits)
    alike = EnsembleConfig.of(CONFIGS[:1] * 2, [3.0, 1.0])
    assert alike.softmax_temperature == pytest.approx(2.0)  # as each of them has


def test_classify_takes_it(ensemble: Ensemble, pictures: Tensor) -> None:
    known, new = (pictures[part, 0].mul(255).to(torch.uint8) for part in (slice(4), slice(4, 7)))
    answers = classify(ensemble, ensemble.config, known, new)
    softmax = (answers.scores / ensemble.config.softmax_temperature).softmax(1)
    torch.testing.assert_close(answers.classes, softmax)


def test_it_stays_in_evaluation(ensemble: Ensemble, pictures: Tensor) -> None:
    before = ensemble.embed(pictures)
    ensemble.train()
    assert torch.equal(ensemble.embed(pictures), before)


def test_a_file_holds_it_whole(ensemble: Ensemble, pictures: Tensor, tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    save_network(ensemble, ensemble.config, path)
    found, config = load_trained(path)
    assert config == ensemble.config
    assert (found.networks, found.size) == (3, 20)
    torch.testing.assert_close(
        found(pictures[1:], pictures[:-1]), ensemble(pictures[1:], pictures[:-1])
    )
    with pytest.raises(InputError) as refused:
        load_network(path)
    assert str(refused.value) == (
        f"{path}: holds an ensemble of 3 networks; here a single one is needed"
    )


@pytest.mark.parametrize("form", ["onnx", "torch"])
def test_programs_give_what_it_gives(
    form: ProgramForm, ensemble: Ensemble, pictures: Tensor, tmp_path: Path
) -> None:
    load = onnx_program if form == "onnx" else torch_program
    embed, score = (
        load(file.read_bytes())
        for file in write_programs(ensemble, ensemble.config, form, tmp_path)
    )
    with torch.inference_mode():
        together = ensemble.embed(pictures)
        torch.testing.assert_close(embed(pictures), together, atol=1e-4, rtol=0)
        wanted = ensemble.score(together[:2], together)
        torch.testing.assert_close(score(pictures[:2], pictures), wanted, atol=1e-4, rtol=0)


def test_what_does_not_go_together_is_refused() -> None:
    small = config_with(units=12, copies=1, filters=6, temperature=1.0, size=18)
    with pytest.raises(ValidationError, match="pictures of different sizes"):
        EnsembleConfig.of([CONFIGS[0], small], [1.0, 1.0])
    squared = CONFIGS[0].network.model_copy(update={"distance": "l2"})
    with pytest.raises(ValidationError, match="compare by different distances"):
        EnsembleConfig.of(
            [CONFIGS[0], CONFIGS[0].model_copy(update={"network": squared})], [1.0, 1.0]
        )
    with pytest.raises(ValidationError, match="at least 2"):
        EnsembleConfig.of(CONFIGS[:1], [1.0])


def test_squared_differences_add_up_as_others_do() -> None:
    configs = [
        config.model_copy(update={"network": config.network.model_copy(update={"distance": "l2"})})
        for config in CONFIGS[:2]
    ]
    members = [SiameseNetwork(config.network).eval() for config in configs]
    both = Ensemble(EnsembleConfig.of(configs, SPREADS[:2]), members)
    pictures = torch.rand(4, 1, 20, 20)
    with torch.inference_mode():
        apart = [member.score_within(member.embed(pictures)) for member in members]
        wanted = sum(factor * one for factor, one in zip(both.config.factors, apart, strict=True))
        torch.testing.assert_close(both.score_within(both.embed(pictures)), wanted)
