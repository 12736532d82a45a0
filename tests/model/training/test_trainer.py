"""Training learns, keeps the best epoch, stops early, and ends on a loss that is no number."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import pytest
import torch
from small_training import CPU, configured

from data.errors import InputError
from data.splits import SearchData
from model.config import LayerConfig
from model.device import autocast
from model.evaluation.embeddings import scores_within
from model.evaluation.one_shot import one_shot_exact
from model.evaluation.scores import verification_accuracy
from model.evaluation.verification import verification
from model.network.weights import load_network, save_network
from model.training.trainer import Trainer


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


@pytest.mark.parametrize("momentum", [0.9999, 1.0])
@pytest.mark.parametrize("steps", [3, 30])
def test_adam_does_not_diverge_at_the_largest_momentum(
    data: SearchData, momentum: float, steps: int
) -> None:
    layers = (LayerConfig(learning_rate=2e-3, momentum=momentum),) * 4
    config = configured(optimiser="adam", epochs=2, steps_per_epoch=steps, layers=layers)
    history = list(Trainer(config, data, CPU).run())
    assert len(history) == 2
    assert isfinite(history[-1].loss)
