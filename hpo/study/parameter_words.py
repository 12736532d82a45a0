"""The names of a study's parameters as people say them."""

from __future__ import annotations

from hpo.study.definition import StudyConfig
from hpo.study.learning_rates import LAYER_RATE, are_factors


def words(parameter: str, study: StudyConfig) -> str:
    """A parameter's name as people say it, such as "conv1 learning rate factor".

    Args:
        parameter: its name in the storage.
        study: says whether layers' learning rates are factors.
    """
    spoken = parameter.replace(".", " ").replace("_", " ").replace(" l2", " L2")
    factor = parameter.endswith(LAYER_RATE) and are_factors(study)
    return f"{spoken} factor" if factor else spoken


def kind(parameter: str, study: StudyConfig) -> str:
    """A parameter's name without its layer's: "learning rate factor", "units"."""
    _, dot, last = parameter.rpartition(".")
    return words(f"{dot}{last}", study).strip()
