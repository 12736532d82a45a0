"""Variants of a configuration that differ from it in one thing, for an ablation."""

from __future__ import annotations

from math import prod
from statistics import fmean
from typing import Any

from hpo.reproduce.paper_search.compared import changed
from model.config import LayerConfig, RunConfig

ITSELF = "the configuration itself"
LARGER = 48
"""Pixels a side, where a pixel of detail more may tell."""
TRAINING_DRAWERS = 12  # the paper's splits have no more


def variants(
    base: RunConfig, extra: str | None = None, teacher: str | None = None
) -> dict[str, RunConfig]:
    """The configuration itself and its variants, each by the name of its one difference.

    Args:
        base: the configuration.
        extra: extra alphabets to train on, see `PicturesConfig`; None leaves that variant out.
        teacher: a trained network to learn from, see `TrainConfig`; None leaves that variant out.
    """
    network, train, batch = base.network, base.train, base.train.batch
    layers, convolutions = train.layers, network.convolutions
    alike = LayerConfig(
        learning_rate=prod(layer.learning_rate for layer in layers) ** (1 / len(layers)),
        momentum=fmean(layer.momentum for layer in layers),
        l2=fmean(layer.l2 for layer in layers),
    )
    narrow = [c.model_copy(update={"filters": max(1, c.filters // 2)}) for c in convolutions]
    changes: dict[str, dict[str, Any]] = {
        ITSELF: {},
        "not centred": {"network.centred": False},
        "centred, not resized": {"network.centred": True, "network.resized": 0.0},
        "centred, fully resized": {"network.centred": True, "network.resized": 1.0},
        "no batch normalisation": {"network.batch_norm": False},
        "half the filters": {"network.convolutions": narrow},
        f"{LARGER} pixels": {"network.size": LARGER},
        **{f"loss {loss}": {"train.loss": loss} for loss in ("one-shot", "nca", "batch-pairs")},
        "no affine distortion": {"train.distortion.affine": 0.0},
        **switched(
            "elastic distortion", "train.distortion.elastic", train.distortion.elastic, 0.03
        ),
        **switched("strokes' thickness", "train.distortion.stroke", train.distortion.stroke, 0.3),
        **switched("averaging of weights", "train.averaging", train.averaging, 0.98),
        **{f"schedule {s}": {"train.schedule": s} for s in ("cosine", "steps", "decay")},
        "all drawers": {"train.pictures.drawers": "all"},
        "one rate, momentum and L2": {"train.layers": [alike] * len(layers)},
    }
    if extra is not None:
        changes["extra alphabets"] = {"train.pictures.extra": extra}
    if teacher is not None:
        changes[f"taught by {teacher}"] = {"train.teacher": teacher}
    if len(convolutions) > 1:
        last = len(convolutions) - 1
        changes["one convolution fewer"] = {
            "network.convolutions": convolutions[:last],
            "train.layers": layers[:last] + layers[last + 1 :],
        }
    pooled = [i for i, convolution in enumerate(convolutions) if convolution.pool]
    if 0 < len(pooled) < len(convolutions):
        changes["pooled convolutions only"] = {
            "network.convolutions": [convolutions[i] for i in pooled],
            "train.layers": [layers[i] for i in pooled] + list(layers[len(convolutions) :]),
        }
    if train.softmax_temperature is not None:
        other = 2.0 if train.temperature == 1 else 1.0
        changes[f"temperature {other:g}"] = {"train.temperature": other}
    if train.loss != "pairs":  # whose batches are other ones
        few, many = max(2, batch.drawers // 2), min(TRAINING_DRAWERS, 2 * batch.drawers)
        changes |= {
            "no rotations and mirrors": {"train.batch.symmetries": False},
            **switched("composed characters", "train.batch.composed", batch.composed, 0.5),
            "near-copies among composed characters": {
                "train.batch.composed": 0.6,
                "train.batch.marked": 0.5,
            },
            **switched("bent characters", "train.batch.bent", batch.bent, 0.5),
            "1 alphabet a batch": {"train.batch.alphabets": 1},
            "2 alphabets a batch": {"train.batch.alphabets": 2},
            f"{few} drawers a batch": {"train.batch.drawers": few},
            f"{many} drawers a batch": {"train.batch.drawers": many},
        }
    found = {name: changed(base, change) for name, change in changes.items()}
    return {name: other for name, other in found.items() if name == ITSELF or other != base}


def switched(name: str, key: str, value: float, default: float) -> dict[str, dict[str, Any]]:
    """A variant without something that is on, or with a usual amount of it where it is off."""
    return {f"no {name}": {key: 0.0}} if value else {f"{name} {default:g}": {key: default}}
