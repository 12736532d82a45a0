"""The paper's network on its 105x105 pictures beside the best at 35x35, each layer trained alike.

For a machine without a GPU: the search itself is too much there at this size, one training is not.
"""

from __future__ import annotations

from dataclasses import replace

from data.errors import InputError
from hpo.reproduce.context import Context
from hpo.reproduce.networks import NETWORKS
from hpo.reproduce.paper_search.longest import Seen, longest, measured
from hpo.reproduce.paper_search.settings import Settings
from model.config import RunConfig

PART = "paper-size"
"""Its name; it is done where it is named, and not with the others: it takes some hours."""
SEEDS = 1


def check_size(context: Context) -> None:
    """Refuses the part where all parts are of the paper's size.

    Raises:
        InputError: the context's size is the paper's.
    """
    if context.size == "paper":
        raise InputError(
            f"--part {PART}: shows 105x105 beside --size small; with --size paper, --part longest"
            " is of 105x105"
        )


def at_paper_size(best: RunConfig) -> RunConfig:
    """The paper's network (figure 4), each layer trained as the same layer of another is.

    Where the other has fewer convolutions, the last ones are trained as its last is.

    Example:
        >>> from hpo.reproduce.networks import alike
        >>> config = at_paper_size(alike(NETWORKS["small"], rate=0.1, epochs=1))
        >>> config.network.size, len(config.train.layers)
        (105, 6)
    """
    network = NETWORKS["paper"].model_copy(
        update={
            "initialisation": best.network.initialisation,
            "distance": best.network.distance,
        }
    )
    *convolutions, embedding, output = best.train.layers
    missing = len(network.convolutions) - len(convolutions)
    layers = (*convolutions, *missing * convolutions[-1:], embedding, output)
    return RunConfig(network=network, train=best.train.model_copy(update={"layers": layers}))


def beside_paper_size(
    context: Context, settings: Settings, best: RunConfig
) -> dict[str, dict[int, Seen]]:
    """Trains the best and the paper's network for as many pairs, with one seed each.

    Returns:
        For each of the two, by its name in words, what it reaches by pairs seen.
    """
    settings = replace(settings, seeds=SEEDS, kept=settings.kept_at_paper_size)
    folder, pixels = context.folder / PART, best.network.size
    small = replace(context, folder=folder / "small")
    large = replace(context, folder=folder / "paper", size="paper")
    return {
        f"the best, {pixels}x{pixels}": measured(longest(small, settings, best), small),
        "the paper's network, 105x105": measured(
            longest(large, settings, at_paper_size(best)), large
        ),
    }
