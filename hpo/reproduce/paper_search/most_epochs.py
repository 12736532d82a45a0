"""The best configuration trained in as many epochs as the paper allows, however few its pairs.

The paper's rates fall by 1 % an epoch, at most 200 times (section 3.2), and it does not say how
many pairs an epoch has. The same pairs in more epochs, shorter ones, so end at a lower rate.
"""

from __future__ import annotations

from dataclasses import replace

from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.compared import pictures_of_step
from hpo.reproduce.paper_search.longest import Seen, longest, measured
from hpo.reproduce.paper_search.settings import Settings
from model.config import RunConfig


def in_most_epochs(context: Context, settings: Settings, best: RunConfig) -> dict[int, Seen]:
    """Trains the best for each number of pairs, with each seed, and measures it at the end.

    Returns:
        What it reaches, by pairs seen.
    """
    found: dict[int, Seen] = {}
    for pairs in settings.kept_in_most_epochs:
        steps = -(-2 * pairs // (settings.most_epochs * pictures_of_step(best)))
        own = replace(context, folder=context.folder / "most-epochs" / f"{pairs}-pairs")
        trained = longest(own, replace(settings, kept=(pairs,), epoch_steps=steps), best)
        found |= measured(trained, own)
    return found
