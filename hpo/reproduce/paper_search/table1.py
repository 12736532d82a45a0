"""The paper's table 1 with the best configuration: verification by the number of training pairs."""

from __future__ import annotations

from hpo.reproduce.context import Context
from hpo.reproduce.experiments.table1 import PAPER
from hpo.reproduce.paper_search.compared import changed, for_pairs
from hpo.reproduce.paper_search.settings import Settings
from hpo.reproduce.table import Quoted, Row
from hpo.reproduce.trainings import train
from hpo.reproduce.verification import verified
from model.config import RunConfig

Number = tuple[str, bool]
"""Number of training pairs, such as "30k", and whether they are distorted."""


def configurations(best: RunConfig, settings: Settings) -> dict[Number, RunConfig]:
    """The best configuration on fixed sets of pairs, with and without affine distortions."""
    return {
        (pairs, distorted): for_pairs(
            changed(
                best,
                {
                    "train.batch.training_pairs": int(pairs.removesuffix("k")) * settings.thousand,
                    "train.distortion.affine": float(distorted),
                    "train.validation": "verification",
                },
            ),
            settings.table_pairs,
            settings.epoch_steps,
        )
        for pairs, distorted in PAPER
    }


def table1_rows(context: Context, settings: Settings, best: RunConfig) -> list[Row]:
    """Trains each, and measures verification on the test alphabets; mean over the seeds."""
    of_number = configurations(best, settings)
    named = {
        (pairs, distorted): f"{pairs}-{'distorted' if distorted else 'plain'}"
        for pairs, distorted in of_number
    }
    trained = train(context, {named[number]: config for number, config in of_number.items()})
    rows = []
    for number, paper in PAPER.items():
        results = verified(trained[named[number]], context)
        pairs, distorted = number
        name = f"{pairs} pairs, {'affine distortions' if distorted else 'no distortions'}"
        rows += [
            Row(
                f"{name}: verification, any two characters",
                (results[True].test, Quoted(paper, "paper")),
            ),
            Row(f"{name}: verification, of one alphabet", (results[False].test, None)),
        ]
    return rows
