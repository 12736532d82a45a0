"""What the paper's recipe lacks: the best configuration with one change each, for as many pairs.

One of the changes is more pairs, as the long trainings have seen them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.compared import (
    Reached,
    changed,
    compared,
    for_pairs,
    reached_by,
)
from hpo.reproduce.paper_search.settings import Settings
from hpo.reproduce.trainings import Kept
from model.config import LayerConfig, RunConfig

AS_FOUND = "as-found"
"""Name of the best configuration, unchanged; `splits` and `staircase` share its trainings."""
TIMES = 10
"""How many times the pairs the long trainings' networks have seen that stand beside the changes."""
ADAM = LayerConfig(learning_rate=1e-3, momentum=0.9)
"""How each layer learns with Adam, whose steps do not depend on the gradient's size as SGD's do."""
FIXED = 8
"""Affine distortions of each picture in the paper (section 3.3)."""


class Change(NamedTuple):
    """One change of the best configuration.

    Attributes:
        title: its title, in words.
        config: the changed configuration, with its number of pairs.
    """

    title: str
    config: RunConfig


def changes(best: RunConfig, settings: Settings, other: RunConfig | None) -> dict[str, Change]:
    """The best configuration and its changes, by a name that can be a folder's.

    What a search leaves open is changed to what the best configuration has not.

    Args:
        best: what the searches found.
        settings: pairs and epochs of each training.
        other: what they found in the other form of the space; None if there is nothing.
    """
    train, network = best.train, best.network
    layers = [ADAM.model_copy(update={"l2": layer.l2}).model_dump() for layer in train.layers]
    kaiming = network.initialisation == "paper"
    single: dict[str, tuple[str, dict[str, Any]]] = {
        "initialisation": (
            "Kaiming's initialisation" if kaiming else "the paper's initialisation",
            {"network.initialisation": "kaiming" if kaiming else "paper"},
        ),
        "different-pairs": (
            f"different pairs {'within' if train.batch.across else 'across'} alphabets",
            {"train.batch.across": not train.batch.across},
        ),
        "distortions": (
            "distortions drawn anew"
            if train.distortion.fixed
            else f"{FIXED} fixed distortions of each picture",
            {"train.distortion.fixed": 0 if train.distortion.fixed else FIXED},
        ),
        "optimiser": (
            f"Adam, rate {ADAM.learning_rate:g} in every layer",
            {
                "train.optimiser": "adam",
                "train.learning_rate": 1.0,
                "train.layers": layers,
            },
        ),
        "judge": (
            "best epoch by 320 sampled trials"
            if train.validation == "exact"
            else "best epoch by exact validation",
            {"train.validation": "sampled" if train.validation == "exact" else "exact"},
        ),
        "distance": (
            f"{'L2' if network.distance == 'l1' else 'L1'} distance",
            {"network.distance": "l2" if network.distance == "l1" else "l1"},
        ),
    }

    def long(config: RunConfig) -> RunConfig:
        return for_pairs(config, settings.split_pairs, settings.epoch_steps)

    found = {AS_FOUND: Change("the best configuration", long(best))}
    if other is not None:
        found["scales"] = Change("the other form's best configuration", long(other))
    for name, (title, values) in single.items():
        found[name] = Change(title, long(changed(best, values)))
    return found


def splits(
    context: Context,
    settings: Settings,
    best: RunConfig,
    other: RunConfig | None,
    after_more: Sequence[Kept],
) -> dict[str, Reached]:
    """Trains and measures the best configuration and its changes; by title.

    Args:
        after_more: the best configuration's networks after TIMES as many pairs, one for each seed.
    """
    found = changes(best, settings, other)
    reached = compared(context, {name: change.config for name, change in found.items()})
    of_title = {found[name].title: of_name for name, of_name in reached.items()}
    return of_title | {f"{TIMES} times the pairs": reached_by(after_more, context)}
