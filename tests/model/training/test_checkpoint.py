"""An interrupted training goes on from its checkpoint, between epochs and within one."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest
import torch
from small_training import CPU, configured, numbers

from data.errors import InputError
from data.splits import SearchData
from model.network.weights import read_tensors, write_tensors
from model.training.open_epoch import OpenEpoch
from model.training.trainer import Trainer
from model.training.validation import Validation


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


@pytest.mark.parametrize("size", [16, 6000])
def test_a_training_goes_on_within_an_epoch_on_another_kind_of_device(
    data: SearchData,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    size: int,
) -> None:
    """Whose random numbers have a state of another size."""
    config = configured(epochs=2, steps_per_epoch=20, distortion={"affine": 1.0})
    monkeypatch.setattr("model.training.trainer.KEPT_WITHIN", 0.0)
    checkpoint = tmp_path / "trial.safetensors"
    first = Trainer(config, data, CPU, checkpoint)
    struck_after(first, 27)
    with pytest.raises(KeyboardInterrupt):
        list(first.run())
    tensors, document = read_tensors(checkpoint)
    assert "epoch.distortions" in tensors
    tensors["epoch.distortions"] = torch.zeros(size, dtype=torch.uint8)
    write_tensors(tensors, document, checkpoint)
    capfd.readouterr()
    second = Trainer(config, data, CPU, checkpoint)
    assert second.history == first.history
    counted = struck_after(second, 1000)
    list(second.run())
    assert (len(counted), len(second.history)) == (13, 2)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize(("steps", "left"), [(5, 0), (5, 1), (1, 0)])
def test_a_training_goes_on_at_the_end_of_an_epoch(
    data: SearchData,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: int,
    steps: int,
    left: int,
) -> None:
    config = configured(epochs=before + 2, steps_per_epoch=steps)
    whole = Trainer(config, data, CPU)
    list(whole.run())
    monkeypatch.setattr("model.training.trainer.KEPT_WITHIN", 0.0)
    checkpoint = tmp_path / "trial.safetensors"
    # Struck before the last step or in the validation, and again in the validation.
    for allowed in (steps * (before + 1) - left, left):
        trainer = Trainer(config, data, CPU, checkpoint)
        counted = struck_after(trainer, allowed)
        struck_in_validation(trainer, before)
        with pytest.raises(KeyboardInterrupt):
            list(trainer.run())
        assert len(counted) == allowed
    last = Trainer(config, data, CPU, checkpoint)
    assert len(last.history) == before
    counted = struck_after(last, 1000)
    list(last.run())
    assert len(counted) == steps
    assert numbers(last.history) == numbers(whole.history)
    one, other = last.best_network().state_dict(), whole.best_network().state_dict()
    assert all(torch.equal(one[name], value) for name, value in other.items())
    report = last.history[before]
    pictures = sum(len(batch.pictures) for batch in last.inputs.batches(before))
    # All its seconds were more than those of its steps.
    assert pictures / report.seconds < report.pictures_per_second < inf


def struck_in_validation(trainer: Trainer, epoch: int) -> None:
    """Interrupts the trainer as it begins to measure an epoch."""
    validation = trainer.validation

    def struck() -> Validation:
        if len(trainer.history) == epoch:
            raise KeyboardInterrupt
        return validation()

    trainer.validation = struck  # type: ignore[method-assign]


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
