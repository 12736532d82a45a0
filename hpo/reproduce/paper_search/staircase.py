"""From the paper's recipe to ours in steps: each keeps those before it, for as many pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.compared import Reached, changed, compared, for_pairs
from hpo.reproduce.paper_search.settings import Settings
from hpo.reproduce.paper_search.splits import AS_FOUND
from hpo.reproduce.trainings import train
from model.config import RunConfig

DRAWINGS = 4
"""Drawings of each character in a batch of `one-shot`."""


class Step(NamedTuple):
    """One step of the staircase.

    Attributes:
        title: its title, in words.
        take: changes the configuration of the step before.
    """

    title: str
    take: Callable[[RunConfig], RunConfig]


def _normalised(config: RunConfig) -> RunConfig:
    return changed(config, {"network.batch_norm": True})


def _padded(config: RunConfig) -> RunConfig:
    convolutions = [
        convolution.model_dump() | {"padding": True} for convolution in config.network.convolutions
    ]
    return changed(config, {"network.convolutions": convolutions})


def _centred(config: RunConfig) -> RunConfig:
    return changed(config, {"network.centred": True, "network.resized": 0.5})


def _one_shot(config: RunConfig) -> RunConfig:
    characters = 2 * config.train.batch.pairs // DRAWINGS  # as many pictures
    values = {
        "train.loss": "one-shot",
        "train.batch.characters": max(2, characters),
        "train.batch.drawers": DRAWINGS,
    }
    return changed(config, values)


STEPS = {
    "normalised": Step("+ batch normalisation", _normalised),
    "padded": Step("+ padding", _padded),
    "centred": Step("+ centred drawings", _centred),
    "one-shot": Step("+ the loss of one-shot trials", _one_shot),
}
"""By a name that can be a folder's."""


def staircase(context: Context, settings: Settings, best: RunConfig) -> dict[str, Reached]:
    """Trains and measures the best configuration, each step from it, and our own; by title.

    The rates were found for the first configuration, and other layers want others. So each step
    tries a few factors of all rates with one seed, and keeps the one that is best on validation.
    """

    def long(config: RunConfig) -> RunConfig:
        return for_pairs(config, settings.split_pairs, settings.epoch_steps)

    titles = {AS_FOUND: "the paper's recipe"}
    configs = {AS_FOUND: long(best)}
    now = best
    for name, step in STEPS.items():
        now = step.take(now)
        factor, config = _best_factor(context, settings, name, long(now))
        titles[_name(name, factor)] = f"{step.title} (rates x {factor:g})"
        configs[_name(name, factor)] = config
    if settings.ours is not None:
        titles["ours"] = "the network and training of `deep`"
        ours = settings.ours
        configs["ours"] = for_pairs(ours, settings.split_pairs, ours.train.steps_per_epoch)
    reached = compared(context, configs)
    return {titles[name]: of_name for name, of_name in reached.items()}


def _best_factor(
    context: Context, settings: Settings, name: str, config: RunConfig
) -> tuple[float, RunConfig]:
    """The factor of all rates that one seed finds best on validation, and the training with it."""
    own = config.train.learning_rate
    tried = {
        factor: changed(config, {"train.learning_rate": factor * own})
        for factor in settings.rate_factors
    }
    done = train(
        replace(context, seeds=1),
        {_name(name, factor): config for factor, config in tried.items()},
    )
    best = max(tried, key=lambda factor: done[_name(name, factor)][0].result.accuracy)
    return best, tried[best]


def _name(step: str, factor: float) -> str:
    return f"{step}-x{factor:g}"
