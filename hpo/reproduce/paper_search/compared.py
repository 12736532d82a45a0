"""Configurations that are trained for as many pairs, kept, and measured side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.splits import SearchData
from hpo.reproduce.context import Context
from hpo.reproduce.one_shot import one_shot
from hpo.reproduce.paper_search.settings import PAPER
from hpo.reproduce.table import Measured, Quoted, Row, over_seeds
from hpo.reproduce.trainings import Kept, train
from hpo.runtime.dotted_keys import put_at
from model.config import RunConfig
from model.device import autocast
from model.evaluation.embeddings import scores_within
from model.evaluation.scores import one_shot_accuracy


@dataclass(frozen=True)
class Reached:
    """What a configuration reached: 20-way one-shot accuracy, the mean over its seeds.

    Attributes:
        validation: accuracy over every drawer pair of the validation alphabets.
        official: accuracy on the official runs.
        every_pair: accuracy over every drawer pair of the test alphabets.
    """

    validation: Measured
    official: Measured
    every_pair: Measured

    def rows(self, name: str) -> list[Row]:
        """A row for each figure."""
        return [
            Row(f"{name}: validation, every drawer pair", (self.validation, None)),
            Row(f"{name}: official runs", (self.official, Quoted(PAPER, "paper"))),
            Row(f"{name}: every drawer pair", (self.every_pair, None)),
        ]


def compared(context: Context, configs: Mapping[str, RunConfig]) -> dict[str, Reached]:
    """Trains each configuration with the context's number of seeds, and measures its networks.

    A training that is done is not done again; one that was interrupted goes on. The networks are
    those of the best epochs on validation. Test figures are of no use to what is trained.

    Args:
        context: whose folder keeps the trainings.
        configs: configurations, by a name that can be a folder's.
    """
    return {name: reached_by(of_name, context) for name, of_name in train(context, configs).items()}


def for_pairs(config: RunConfig, pairs: int, epoch_steps: int) -> RunConfig:
    """A configuration to be trained for a number of pairs, with no early stop.

    Two pictures count as a pair, whichever loss looks at them. The last epoch may go beyond.
    """
    pictures = epoch_steps * pictures_of_step(config)
    epochs = -(-2 * pairs // pictures)
    return changed(
        config,
        {
            "train.epochs": epochs,
            "train.patience": epochs,
            "train.steps_per_epoch": epoch_steps,
        },
    )


def pictures_of_step(config: RunConfig) -> int:
    """Number of pictures in a batch."""
    batch = config.train.batch
    if config.train.loss == "pairs":
        return 2 * batch.pairs
    return batch.characters * batch.drawers


def changed(config: RunConfig, values: Mapping[str, Any]) -> RunConfig:
    """A configuration with other values, by their dotted keys, such as "train.batch.across"."""
    document = config.model_dump(mode="json")
    for key, value in values.items():
        put_at(document, key, value)  # a table of defaults may be left out
    return RunConfig.model_validate(document)


def reached_by(trained: Sequence[Kept], context: Context) -> Reached:
    """What a configuration's networks reach, one for each seed."""
    data = SearchData.of(context.collection, context.pixels, context.device)
    validation = []
    for training in trained:
        with autocast(context.device):
            scores = scores_within(training.network(context), data.validation)
        found = one_shot_accuracy(scores, data.validation.way)
        over = f"{len(found.per_alphabet)} alphabets"
        validation.append(Measured(found.value, found.standard_error, over))
    official, every_pair = one_shot(trained, context)
    return Reached(over_seeds(validation), official, every_pair)
