"""Does overconfidence of a network trained to verify cost its one-shot accuracy?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from matplotlib.figure import Figure

from hpo.finish.held_out import verification_characters
from hpo.reproduce.context import Context
from hpo.reproduce.experiments.losses import LOSSES, SETTINGS, Settings, training_by
from hpo.reproduce.one_shot import one_shot
from hpo.reproduce.table import Column, Measured, Row, Table, over_seeds
from hpo.reproduce.trainings import Trained, train
from hpo.runtime.shared_folder import claimed
from model.config import RunConfig
from model.evaluation.calibration import Calibration, Reliability, calibration
from model.evaluation.embeddings import embed
from model.evaluation.standard_error import difference_error
from model.evaluation.verification import scored_pairs


class OfLoss(NamedTuple):
    """Calibration of the networks that one loss trained, over seeds.

    Attributes:
        before, after, shifted: expected calibration error, see `Calibration`.
        temperature: the temperature that was fitted.
        by_one_shot: 20-way accuracy of the checkpoints that one-shot validation chose.
        by_verification: 20-way accuracy of the checkpoints that verification chose, in the same
            trainings.
    """

    before: Measured
    after: Measured
    shifted: Measured
    temperature: Measured
    by_one_shot: Measured
    by_verification: Measured


def run(context: Context, settings: Settings | None = None) -> Table:
    """Takes the networks of `losses`, and trains them a second time, chosen by verification.

    Raises:
        InputError: another process works in the folder of `losses`.
    """
    configs: dict[str, RunConfig] = {
        loss: training_by(settings or SETTINGS[context.size], loss) for loss in LOSSES
    }
    by_verification = {
        loss: config.model_copy(
            update={"train": config.train.model_copy(update={"validation": "verification"})}
        )
        for loss, config in configs.items()
    }
    losses = of_losses(context.folder)
    with claimed(losses):  # `reproduce losses` may be at work there
        chosen = train(replace(context, folder=losses), configs)
    others = train(context, by_verification)
    calibrations = {loss: _calibrations(trained, context) for loss, trained in chosen.items()}
    found = {
        loss: OfLoss(
            before=_over([c.before.error for c in of_loss]),
            after=_over([c.after.error for c in of_loss]),
            shifted=_over([c.after_shift.error for c in of_loss]),
            temperature=_over([c.temperature for c in of_loss]),
            by_one_shot=one_shot(chosen[loss], context)[1],
            by_verification=one_shot(others[loss], context)[1],
        )
        for loss, of_loss in calibrations.items()
    }
    return Table(
        title="calibration of same or different, and one-shot accuracy, by loss",
        of="loss",
        columns=(
            Column("calibration error"),
            Column("after temperature"),
            Column("after temperature and shift"),
            Column("temperature", percent=False),
            Column("20-way, chosen by one-shot"),
            Column("20-way, chosen by verification"),
        ),
        rows=[Row(loss, cells) for loss, cells in found.items()],
        notes=(
            "Expected calibration error over 10 000 test pairs, half of one character, in 15 bins;"
            " temperature and shift are fitted to validation pairs. 20-way: within the test"
            " alphabets, every drawer pair.",
            "Verdict: " + verdict(found),
        ),
        figures={"reliability": _diagrams(calibrations)},
        details={
            loss: [
                {"before": c.before.bins, "after": c.after.bins, "shifted": c.after_shift.bins}
                for c in of_loss
            ]
            for loss, of_loss in calibrations.items()
        },
    )


def of_losses(folder: Path) -> Path:
    """The folder of the networks of `losses`: beside this experiment's, or else within it."""
    beside = folder.parent / "losses"
    there = beside != folder and (beside / "trainings").is_dir()
    return beside if there else folder / "losses"


def verdict(found: Mapping[str, OfLoss]) -> str:
    """Two sentences about the supposition, from the figures."""
    verifying = found["pairs"]
    over = "overconfident" if verifying.temperature.value > 1 else "not overconfident"
    best = max(found, key=lambda loss: found[loss].by_one_shot.value)
    gains = {
        loss: cells.by_one_shot.value - cells.by_verification.value for loss, cells in found.items()
    }
    clear = [
        loss
        for loss, cells in found.items()
        if abs(gains[loss])
        > 2 * difference_error(cells.by_one_shot.error or 0, cells.by_verification.error or 0)
    ]
    beyond = f"beyond two standard errors with {', '.join(clear)}" if clear else "within the error"
    listed = ", ".join(f"{100 * gain:+.1f} with {loss}" for loss, gain in gains.items())
    return (
        f"The network trained on pairs is {over} (temperature {verifying.temperature.value:.2f},"
        f" calibration error {verifying.before.value:.1%}, scaled {verifying.after.value:.1%}), but"
        " scaling keeps the order of all scores and so every one-shot answer, and the most accurate"
        f" loss, {best} ({found[best].by_one_shot.value:.1%}), has a calibration error of"
        f" {found[best].before.value:.1%}: overconfidence in itself costs nothing."
        " Checkpoints chosen by one-shot accuracy instead of verification change the one-shot"
        f" accuracy by {listed} points, which is {beyond}."
    )


def _calibrations(trained: Sequence[Trained], context: Context) -> list[Calibration]:
    characters = verification_characters(context.collection, context.pixels, context.device)
    found = []
    for training in trained:
        network = training.network(context)
        validation, test = (
            scored_pairs(network, embed(network, part), seed)
            for seed, part in enumerate(characters)
        )
        found.append(calibration(validation, test))
    return found


def _over(values: Sequence[float]) -> Measured:
    return over_seeds([Measured(value) for value in values])


def _diagrams(calibrations: Mapping[str, Sequence[Calibration]]) -> Figure:
    """A reliability diagram per loss, of its first seed; points are as large as their bins."""
    figure = Figure(figsize=(4 * len(calibrations), 4), layout="constrained")
    for axes, (loss, of_loss) in zip(
        figure.subplots(1, len(calibrations), squeeze=False)[0], calibrations.items(), strict=True
    ):
        axes.plot((0, 1), (0, 1), color="0.7", linewidth=0.8)
        first = of_loss[0]
        curves: dict[str, Reliability] = {
            "before": first.before,
            "temperature": first.after,
            "temperature and shift": first.after_shift,
        }
        for label, curve in curves.items():
            most = max(part.pairs for part in curve.bins)
            axes.plot(
                [part.probability for part in curve.bins],
                [part.same for part in curve.bins],
                linewidth=0.8,
                label=label,
            )
            axes.scatter(
                [part.probability for part in curve.bins],
                [part.same for part in curve.bins],
                [60 * part.pairs / most + 3 for part in curve.bins],
            )
        spread = fmean(c.before.error for c in of_loss)
        axes.set_title(f"{loss}: calibration error {spread:.1%}", fontsize=10)
        axes.set_xlabel("probability of one character")
    axes.set_ylabel("share of one character")
    axes.legend(fontsize=8)
    return figure
