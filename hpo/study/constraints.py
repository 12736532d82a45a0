"""Constraints: what a trial may need at most, and by how much it exceeds that.

Optuna's samplers learn from a constraint's value, which is above 0 where it is broken. Beside the
limits that a study sets there is one that each study has, the shortfall: pixels that the picture is
too small for the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from sys import float_info

from hpo.study.definition import ConstraintsConfig
from model.config import RunConfig
from model.training.step_memory import step_memory

SHORTFALL, SECONDS = "shortfall", "training seconds"
"""Names in the storage of two constraints; the others have their keys'."""
MIB = 2**20


def known_before(run: RunConfig, limits: ConstraintsConfig) -> dict[str, float]:
    """The constraints that are known before a training, by their names in the storage.

    A trial stores all of them: Optuna's Gaussian process needs the same ones of every trial, in the
    same order. Databases give them in the order of their names, or as they were stored, so they are
    stored in the order of their names. A value of a network that cannot exist is 0, at the limit,
    but for its shortfall.

    Args:
        run: the trial's configuration.
        limits: limits that the study sets.

    Example:
        >>> from model.config import LayerConfig, NetworkConfig, TrainConfig, Convolution
        >>> network = NetworkConfig(convolutions=[Convolution(filters=8, kernel=5)], units=16)
        >>> run = RunConfig(
        ...     network=network, train=TrainConfig(layers=[LayerConfig(learning_rate=0.1)] * 3)
        ... )
        >>> network.parameters
        123249
        >>> found = known_before(run, ConstraintsConfig(parameters=100_000))
        >>> {name: round(value, 3) for name, value in found.items()}
        {'parameters': 0.209, 'shortfall': 0.0}
    """
    short = run.network.shortfall()
    found = {}
    if limits.memory is not None:
        found["memory"] = 0.0 if short else excess(step_memory(run) / MIB, limits.memory)
    if limits.parameters is not None:
        found["parameters"] = 0.0 if short else excess(run.network.parameters, limits.parameters)
    return found | {SHORTFALL: float(short)}


def excess(needed: float, allowed: float) -> float:
    """By how much a need exceeds its limit: the logarithm of their ratio, above 0 if it does.

    Needs differ by factors. On this scale samplers model them best, and trials that break different
    constraints can be compared.
    """
    return log(max(needed, float_info.min) / allowed)


def seconds_in_all(done: Sequence[float], epochs: int) -> float:
    """Seconds that a training takes in all, if the epochs to come take as long as the fastest done.

    The first may take longer than the others, so it is not the mean that counts.

    Args:
        done: seconds of each epoch done, at least one.
        epochs: number of epochs of the whole training.

    Example:
        >>> seconds_in_all([4.0, 3.0], epochs=4)
        13.0
    """
    return sum(done) + (epochs - len(done)) * min(done)


def broken(run: RunConfig, limits: ConstraintsConfig, found: dict[str, float]) -> str | None:
    """The first constraint that a configuration breaks before it is trained, in words, or None.

    Args:
        run: the trial's configuration.
        limits: limits that the study sets.
        found: what `known_before` gives for both.
    """
    if short := int(found[SHORTFALL]):
        size = run.network.size
        return f"infeasible: {size}x{size} is {short} pixels too small"
    if found.get("parameters", 0) > 0:
        return (
            f"infeasible: {run.network.parameters:,} parameters,"
            f" constraints.parameters allows {limits.parameters:,}"
        )
    if found.get("memory", 0) > 0:
        return (
            f"infeasible: {step_memory(run) / MIB:,.1f} MiB,"
            f" constraints.memory allows {limits.memory:,}"
        )
    return None


def in_words(limits: ConstraintsConfig) -> list[str]:
    """The limits that a study sets, in words.

    >>> in_words(ConstraintsConfig(parameters=500_000, seconds=60.0))
    ['500,000 parameters', '60.0 seconds of training']
    """
    words = {
        "parameters": "parameters",
        "memory": "MiB of memory",
        "seconds": "seconds of training",
    }
    allowed = limits.model_dump(exclude_none=True)
    return [f"{limit:,} {words[name]}" for name, limit in allowed.items()]
