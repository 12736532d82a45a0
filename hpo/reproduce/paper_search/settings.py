"""How much of the paper's search is done, and with what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hpo.reproduce.context import Size
from hpo.study.definition import PrunerName, SamplerConfig, StudyConfig
from hpo.study.parameter import Parameter, Value
from hpo.study.space import fill
from model.config import RunConfig

LITERAL, LOGARITHMIC = "literal", "logarithmic"
FORMS: dict[Size, dict[str, str]] = {
    "small": {LITERAL: "paper-35", LOGARITHMIC: "paper-35-log"},
    "paper": {LITERAL: "paper", LOGARITHMIC: "paper-log"},
}
"""The two forms of the space, by the picture size: names of studies."""
SAMPLERS = ("random", "gp", "additive", "tpe")
"""What proposes configurations; random search is what the others must beat."""
PRUNERS: dict[str, PrunerName] = {"additive": "guarded-halving"}
"""The rule beside a sampler, where it is not the study's.

Most that a learning sampler proposes passes successive halving, which compares it with the random
trials before it; `additive` learns from pruned trials too, and loses nothing by a stricter rule.
"""
STARTS = ((1e-3, 0.0), (1e-3, 1e-5), (1e-2, 0.0))
"""Rate and L2 of the configurations that a person would try first; the momentum is 0.9."""
PAPER, PAPER_PAIRS = 0.92, 0.9342
"""The paper's 20-way accuracy on the official runs, and its best verification."""


@dataclass(frozen=True)
class Settings:
    """The extent of the experiment.

    Attributes:
        studies: each form's study, by the form's name.
        configurations: random configurations of each form, in `worth`.
        fixed: the network of all configurations in `worth`, so that they differ in how they learn.
        worth_steps: steps of each training in `worth`.
        worth_pairs: pairs in a step there.
        samplers: those compared, each beside the pruner that `PRUNERS` names or its study's.
        repetitions: searches of each sampler in each form.
        trials: trained trials of each search, pruned ones counted.
        seeds: long trainings of the best configuration.
        kept: numbers of pairs seen at which a long training's network is kept; the last ends it,
            and `splits` asks for ten times its own.
        most_epochs: number of epochs at most of each training in `most-epochs`, the paper's.
        kept_in_most_epochs: numbers of pairs that its trainings see, one training for each.
        kept_at_paper_size: numbers of pairs seen at which `paper-size` keeps its network, each an
            epoch more: an epoch of the paper's network takes the better part of an hour.
        epoch_steps: steps of a long training's epoch, after which its rates fall by 1 %.
        split_pairs: pairs that each training of `splits` and `staircase` sees.
        rate_factors: factors of all rates that a step of the staircase tries.
        ours: the configuration at the staircase's end; None leaves it out.
        table_pairs: pairs that each training of `table1` sees.
        thousand: pairs in that table's "1k".
    """

    studies: dict[str, StudyConfig]
    configurations: int = 40
    fixed: dict[str, Any] | None = None
    worth_steps: int = 400
    worth_pairs: int = 64
    samplers: tuple[SamplerConfig, ...] = field(
        default_factory=lambda: tuple(
            SamplerConfig.model_validate({"name": name, "startup_trials": 20}) for name in SAMPLERS
        )
    )
    repetitions: int = 2
    trials: int = 60
    seeds: int = 2
    kept: tuple[int, ...] = (400_000, 1_000_000, 4_000_000, 10_000_000)
    most_epochs: int = 200
    kept_in_most_epochs: tuple[int, ...] = (1_000_000,)
    kept_at_paper_size: tuple[int, ...] = (128_000, 256_000)
    epoch_steps: int = 1000
    split_pairs: int = 400_000
    rate_factors: tuple[float, ...] = (1.0, 3.0, 10.0)
    ours: RunConfig | None = None
    table_pairs: int = 1_000_000
    thousand: int = 1000


SMALLEST: dict[str, Any] = {
    "size": 35,
    "convolutions": [
        {"filters": 16, "kernel": 5, "pool": True},
        {"filters": 32, "kernel": 4, "pool": True},
        {"filters": 48, "kernel": 4},
    ],
    "units": 512,
    "initialisation": "kaiming",
}
"""The network of `worth` at 35x35: small, so that eighty configurations take a quarter of an hour.

Kaiming's initialisation: the paper's is followed by a plateau of hundreds of steps or more.
"""


def starts(study: StudyConfig) -> list[RunConfig]:
    """The configurations that a person would try first, on a network of moderate size.

    Kaiming's initialisation is taken where the study leaves it open: from it a short trial learns.
    """
    moderate: dict[str, Value] = {"units": 512, "initialisation": "kaiming"}

    def draw(parameter: Parameter) -> Value:
        if parameter.name.endswith(".filters"):
            return 32
        return moderate.get(parameter.name, parameter.values[0])  # the smallest kernels

    document = fill(study, draw)
    found = []
    for rate, l2 in STARTS:
        layer = {"learning_rate": rate, "momentum": 0.9, "l2": l2}
        train = document["train"] | {"layers": [layer] * len(document["train"]["layers"])}
        found.append(RunConfig.model_validate(document | {"train": train}))
    return found
