"""Training learns, repeats itself, resumes, stops early, and ends on a loss that is no number."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
import torch

from data.collection import Collection
from data.errors import InputError
from data.splits import SearchData
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.device import autocast
from model.evaluation.embeddings import scores_within
from model.evaluation.one_shot import one_shot_exact
from model.evaluation.scores import verification_accuracy
from model.evaluation.verification import verification
from model.network.weights import load_network, read_tensors, save_network, write_tensors
from model.training.epoch_report import EpochReport
from model.training.open_epoch import OpenEpoch
from model.training.trainer import Trainer

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data(glyphs: Collection) -> SearchData:
    return SearchData.of(glyphs, 20, CPU)


def configured(**train: Any) -> RunConfig:  # noqa: ANN401
    rate = train.pop("rate", 2e-3)
    document: dict[str, Any] = {
        "layers": tuple(LayerConfig(learning_rate=rate) for _ in range(4)),
        "epochs": 4,
        "steps_per_epoch": 12,
    }
    return RunConfig(
        network=NetworkConfig(
            size=20,
            convolutions=(
                Convolution(filters=16, kernel=5, pool=True),
                Convolution(filters=32, kernel=3, pool=True),
            ),
            units=64,
            batch_norm=train.pop("batch_norm", False),
        ),
        train=TrainConfig.model_validate(document | train),
    )


def numbers(history: list[EpochReport]) -> list[EpochReport]:
    """The history without what depends on the clock."""
    return [replace(report, seconds=0.0, pictures_per_second=0.0) for report in history]


@pytest.mark.parametrize("loss", ["pairs", "batch-pairs"])
def test_verification_losses_learn_to_tell_same_from_different(data: SearchData, loss: str) -> None:
    trainer = Trainer(configured(loss=loss, epochs=5, steps_per_epoch=30), data, CPU)
    untrained = verification(trainer.network, data.validation, data.validation).accuracy
    history = list(trainer.run())
    assert history[-1].loss < min(0.68, history[0].loss)
    assert verification(trainer.network, data.validation, data.validation).accuracy > untrained


def test_nca_learns_to_classify_from_one_picture(data: SearchData) -> None:
    trainer = Trainer(configured(loss="nca", epochs=5, steps_per_epoch=30), data, CPU)
    untrained = one_shot_exact(trainer.network, data.validation).value
    history = list(trainer.run())
    assert history[-1].loss < history[0].loss
    assert history[-1].best_accuracy > untrained + 0.05


def test_the_best_epoch_is_kept(data: SearchData) -> None:
    trainer = Trainer(configured(rate=2e-2), data, CPU)
    history = list(trainer.run())
    best = max(history, key=lambda report: report.accuracy)
    assert history[-1].best_epoch == best.epoch
    with autocast(CPU):  # as in training
        assert one_shot_exact(trainer.best_network(), data.validation).value == best.accuracy


@pytest.mark.parametrize(
    ("optimiser", "loss", "batch_norm", "averaging", "fixed"),
    [("adam", "one-shot", True, 0.9, 0), ("sgd", "pairs", False, 0.0, 8)],
)
def test_a_resumed_training_gives_the_same_numbers(
    data: SearchData,
    tmp_path: Path,
    optimiser: str,
    loss: str,
    batch_norm: bool,
    averaging: float,
    fixed: int,
) -> None:
    config = configured(
        optimiser=optimiser,
        loss=loss,
        batch_norm=batch_norm,
        averaging=averaging,
        batch={"training_pairs": 3000},
        distortion={"affine": 1.0, "elastic": 0.02, "fixed": fixed},
    )
    whole = Trainer(config, data, CPU)
    list(whole.run())
    checkpoint = tmp_path / "trial.safetensors"
    first = Trainer(config, data, CPU, checkpoint)
    for report in first.run():
        if report.epoch == 1:
            break
    second = Trainer(config, data, CPU, checkpoint)
    assert len(second.history) == 2
    list(second.run())
    assert numbers(second.history) == numbers(whole.history)
    assert list(tmp_path.iterdir()) == [checkpoint]
    for one, other in zip(
        second.best_network().parameters(), whole.best_network().parameters(), strict=True
    ):
        assert torch.equal(one, other)


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize(
    ("optimiser", "loss", "averaging", "fixed"),
    [("adam", "one-shot", 0.9, 0), ("sgd", "pairs", 0.0, 8), ("sgd", "pairs", 0.0, 0)],
)
def test_a_training_goes_on_in_the_middle_of_an_epoch(
    data: SearchData,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: int,
    optimiser: str,
    loss: str,
    averaging: float,
    fixed: int,
) -> None:
    config = configured(
        optimiser=optimiser,
        loss=loss,
        averaging=averaging,
        batch_norm=optimiser == "adam",
        distortion={"affine": 1.0, "elastic": 0.02, "fixed": fixed},
        epochs=before + 2,
        steps_per_epoch=20,
    )
    whole = Trainer(config, data, CPU)
    list(whole.run())

    monkeypatch.setattr("model.training.trainer.KEPT_WITHIN", 0.0)
    checkpoint = tmp_path / "trial.safetensors"
    steps_in_all = 0
    # Struck in two epochs, one of them twice.
    for steps in (20 * before + 7, 10, 12):
        trainer = Trainer(config, data, CPU, checkpoint)
        counted = struck_after(trainer, steps)
        with pytest.raises(KeyboardInterrupt):
            list(trainer.run())
        steps_in_all += len(counted)
    last = Trainer(config, data, CPU, checkpoint)
    assert len(last.history) == before + 1
    counted = struck_after(last, 1000)
    list(last.run())
    # No step is lost, and none is made twice.
    assert steps_in_all + len(counted) == 20 * config.train.epochs
    assert numbers(last.history) == numbers(whole.history)
    one, other = last.best_network().state_dict(), whole.best_network().state_dict()
    assert all(torch.equal(one[name], value) for name, value in other.items())
    assert list(tmp_path.iterdir()) == [checkpoint]


def struck_after(trainer: Trainer, steps: int) -> list[None]:
    """Interrupts the trainer before its next step after so many; lists one entry for each."""
    counted: list[None] = []
    step = trainer.step

    def struck(pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        if len(counted) == steps:
            raise KeyboardInterrupt
        counted.append(None)
        return step(pictures, labels)

    trainer.step = struck  # type: ignore[method-assign]
    return counted


@pytest.mark.parametrize("loss", ["pairs", "nca"])
def test_fixed_maps_are_a_few_pictures_of_each_drawing(
    data: SearchData, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = SearchData(data.train.of(data.train.alphabets[:1]).by((1, 2)), data.validation)
    batch = {"characters": len(few.train.names), "drawers": 2, "pairs": 50}
    config = configured(loss=loss, batch=batch, distortion={"affine": 1.0, "fixed": 2})
    seen: list[torch.Tensor] = []

    def step(_: Trainer, pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        seen.append(pictures[labels == 0].flatten(1))
        return torch.zeros(())

    monkeypatch.setattr(Trainer, "step", step)
    list(Trainer(config, few, CPU).run())
    # Of two drawings each as it is, and by two maps: the same in all epochs.
    distinct = torch.unique(torch.cat(seen), dim=0)
    assert len(distinct) == 6
    plain = few.train.pictures[0].flatten(1).float() / 255
    for drawing in plain:
        assert (distinct - drawing).abs().amax(1).min() < 1e-5


def test_the_network_that_is_kept_has_the_mean_weights_of_its_steps(data: SearchData) -> None:
    config = configured(averaging=0.25, batch_norm=True, epochs=1, steps_per_epoch=5)
    trainer = Trainer(config, data, CPU)
    seen: list[dict[str, torch.Tensor]] = []
    step = trainer.step

    def watched(pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        loss = step(pictures, labels)
        seen.append({k: v.clone() for k, v in trainer.network.state_dict().items()})
        return loss

    trainer.step = watched  # type: ignore[method-assign]
    list(trainer.run())
    expected = seen[0]
    for number, weights in enumerate(seen[1:], start=1):
        keep = min(0.25, (1 + number) / (10 + number))
        expected = {
            k: keep * expected[k] + (1 - keep) * v if v.is_floating_point() else v
            for k, v in weights.items()
        }
    kept = trainer.best_network().state_dict()
    assert not torch.equal(kept["embedding.weight"], seen[-1]["embedding.weight"])
    for name, value in expected.items():
        torch.testing.assert_close(kept[name], value)


def test_a_checkpoint_of_another_configuration_is_refused(data: SearchData, tmp_path: Path) -> None:
    checkpoint = tmp_path / "trial.safetensors"
    list(Trainer(configured(epochs=1), data, CPU, checkpoint).run())
    with pytest.raises(InputError, match="another configuration"):
        Trainer(configured(epochs=2), data, CPU, checkpoint)


def test_a_checkpoint_that_cannot_be_read_is_as_none(
    data: SearchData, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = configured(epochs=2)
    checkpoint = tmp_path / "trial.safetensors"
    whole = numbers(list(Trainer(config, data, CPU, checkpoint).run()))
    intact = checkpoint.read_bytes()
    tensors, document = read_tensors(checkpoint)
    under_way = OpenEpoch(torch.Generator()).state() | {"distortions": torch.zeros(3)}
    damaged: list[bytes] = [b"", intact[:100], intact[: len(intact) // 2], b"x" * len(intact)]
    for rest, about in (
        ({k: v for k, v in tensors.items() if k != "network.output.weight"}, document),
        (tensors | {"network.output.weight": torch.zeros(3)}, document),
        (tensors | {"weight": torch.zeros(3)}, document),
        (tensors, {}),
        (tensors, {"config": document["config"]}),
        (tensors | {"epoch.steps": torch.tensor(3)}, document),
        (tensors | {f"epoch.{k}": v for k, v in under_way.items()}, document),
        (tensors, document | {"history": [{"epoch": 0}]}),
    ):
        write_tensors(rest, about, checkpoint)
        damaged.append(checkpoint.read_bytes())
    for content in damaged:
        checkpoint.write_bytes(content)
        capfd.readouterr()
        trainer = Trainer(config, data, CPU, checkpoint)
        said = capfd.readouterr()
        assert said.err.startswith(f"{checkpoint}: no readable checkpoint, training anew: ")
        assert said.err.count("\n") == 1
        assert len(said.err.strip()) > len(f"{checkpoint}: no readable checkpoint, training anew:")
        assert said.out == ""
        assert trainer.history == []
    # The last one had its weights loaded before its history was found to be none.
    assert numbers(list(trainer.run())) == whole
    assert len(Trainer(config, data, CPU, checkpoint).history) == 2
    assert capfd.readouterr().err == ""


def test_a_loss_that_is_no_number_ends_the_training_at_once(data: SearchData) -> None:
    # One infinite weight is enough, as it would come out of a step that was far too large.
    trainer = Trainer(configured(steps_per_epoch=400), data, CPU)
    torch.nn.init.constant_(trainer.network.output.bias, torch.inf)
    history = list(trainer.run())
    assert len(history) == 1
    assert not isfinite(history[0].loss)
    assert history[0].accuracy == 0
    assert history[0].pictures_per_second * history[0].seconds < 400 * 160 / 2


def test_patience_stops_early(data: SearchData) -> None:
    config = configured(rate=0.0, epochs=50, patience=3, steps_per_epoch=1)
    history = list(Trainer(config, data, CPU).run())
    assert len(history) == 4
    assert history[-1].best_epoch == 0


def test_validation_by_verification_keeps_the_epoch_that_verifies_best(data: SearchData) -> None:
    config = configured(loss="pairs", validation="verification", rate=2e-2)
    trainer = Trainer(config, data, CPU)
    history = list(trainer.run())
    assert history[-1].best_accuracy == max(report.accuracy for report in history)
    assert [report.verification for report in history] == [report.accuracy for report in history]
    kept = verification_accuracy(scores_within(trainer.best_network(), data.validation))
    assert kept.value == pytest.approx(history[-1].best_accuracy, abs=0.005)  # bfloat16
    by_one_shot = list(Trainer(configured(loss="pairs", rate=2e-2), data, CPU).run())
    assert [report.loss for report in by_one_shot] == [report.loss for report in history]
    assert [report.verification for report in by_one_shot] == [r.accuracy for r in history]
    assert by_one_shot[0].accuracy < history[0].accuracy


def test_sampled_validation_agrees_with_the_exact_one(data: SearchData) -> None:
    exact = list(Trainer(configured(epochs=2), data, CPU).run())[-1]
    sampled = list(Trainer(configured(epochs=2, validation="sampled"), data, CPU).run())[-1]
    assert sampled.loss == exact.loss
    assert sampled.accuracy != exact.accuracy
    assert abs(sampled.accuracy - exact.accuracy) < 5 * sampled.standard_error


def test_a_saved_network_is_the_same_network(data: SearchData, tmp_path: Path) -> None:
    trainer = Trainer(configured(epochs=1, batch_norm=True), data, CPU)
    list(trainer.run())
    path = tmp_path / "best.safetensors"
    save_network(trainer.best_network(), trainer.config, path)
    network, config = load_network(path)
    assert config == trainer.config
    assert one_shot_exact(network, data.validation) == one_shot_exact(
        trainer.network, data.validation
    )
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match="not a siamese-hpo weights file"):
        load_network(path)
    with pytest.raises(InputError, match="no such file"):
        load_network(tmp_path / "nothing.safetensors")
