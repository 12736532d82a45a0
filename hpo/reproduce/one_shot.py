"""20-way one-shot accuracy of trained networks, the mean over their seeds."""

from __future__ import annotations

from collections.abc import Sequence

from hpo.finish.held_out import one_shot_test
from hpo.reproduce.context import Context
from hpo.reproduce.table import Measured, over_seeds
from hpo.reproduce.trainings import Kept


def one_shot(trained: Sequence[Kept], context: Context) -> tuple[Measured, Measured]:
    """Within-alphabet accuracy on the test alphabets: the given runs, and every drawer pair."""
    runs, every_pair = [], []
    for training in trained:
        test = one_shot_test(training.network(context), context.collection, context.device)
        error, trials = test.standard_error, test.trials
        runs.append(Measured(test.one_shot_accuracy, error, f"{trials} trials"))
        error, alphabets = test.every_drawer_pair_standard_error, len(test.per_alphabet)
        every_pair.append(
            Measured(test.every_drawer_pair_accuracy, error, f"{alphabets} alphabets")
        )
    return over_seeds(runs), over_seeds(every_pair)
