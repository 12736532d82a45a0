"""What the paper's space is worth: random configurations of it beside untrained networks."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from statistics import median
from typing import Any, TypedDict

import optuna

from data.splits import SearchData
from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.settings import Settings
from hpo.reproduce.table import Measured, Row
from hpo.runtime.files import read_json, write_json
from hpo.study.definition import StudyConfig
from hpo.study.samplers import SAMPLING, TRAINING, trial_seed
from hpo.study.space import config_of, parameters
from model.config import RunConfig
from model.evaluation.standard_error import mean_and_error
from model.training.trainer import Trainer

WORTH_EPOCHS = 2
SURE = 0.01
"""By how much the accuracy of a training must be above the untrained networks' best to count."""


class Tried(TypedDict):
    """One random configuration: its parameters, and its validation accuracies, 0 to 1."""

    params: dict[str, Any]
    untrained: float
    trained: float


def worth(context: Context, settings: Settings) -> dict[str, list[Tried]]:
    """Trains each form's random configurations for the same number of pairs; each is kept.

    The value is the accuracy after the last step, over every drawer pair of the validation
    alphabets; a training that diverged has that of its guess, 0.

    Returns:
        By form, one entry for each configuration.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    data = SearchData.of(context.collection, context.pixels, context.device)
    studies = {form: learnt_alike(study, settings) for form, study in settings.studies.items()}
    files = {form: context.folder / "worth" / f"{form}.json" for form in studies}
    found = {form: _before(study, files[form]) for form, study in studies.items()}
    # In turn, so that both forms have come as far where it is interrupted.
    for number, (form, study) in product(range(settings.configurations), studies.items()):
        tried = found[form]
        if number < len(tried):
            continue
        config, params = _drawn(study, number)
        tried.append(_one(config, params, data, context))
        files[form].parent.mkdir(parents=True, exist_ok=True)
        write_json(files[form], {"definition": study.unchangeable(), "tried": tried})
    return {form: tried[: settings.configurations] for form, tried in found.items()}


def learnt_alike(study: StudyConfig, settings: Settings) -> StudyConfig:
    """The study with short trainings; of one network, where one is fixed.

    A training has two epochs, between which its momentum rises; they share the steps.
    """
    batch = study.train.get("batch", {}) | {"pairs": settings.worth_pairs}
    steps = settings.worth_steps // WORTH_EPOCHS
    short = {"epochs": WORTH_EPOCHS, "steps_per_epoch": steps, "batch": batch}
    network = settings.fixed or study.network
    return study.model_copy(update={"network": network, "train": study.train | short})


def _before(study: StudyConfig, file: Path) -> list[Tried]:
    """The configurations that are done; none if the file is there, but of another definition."""
    before = read_json(file)
    if before is None or not study.is_defined_by(before["definition"]):
        return []
    tried: list[Tried] = before["tried"]
    return tried


def _drawn(study: StudyConfig, number: int) -> tuple[RunConfig, dict[str, Any]]:
    """A random configuration whose network can exist, and its parameters."""
    space = {parameter.name: parameter.distribution for parameter in parameters(study)}
    sampler = optuna.samplers.RandomSampler(seed=trial_seed(study.seed, number, SAMPLING))
    search = optuna.create_study(sampler=sampler)
    while True:
        params = search.ask(space).params
        config = config_of(study, params, seed=trial_seed(study.seed, number, TRAINING))
        if not config.network.shortfall():
            return config, params


def _one(config: RunConfig, params: dict[str, Any], data: SearchData, context: Context) -> Tried:
    trainer = Trainer(config, data, context.device)
    untrained = trainer.validation().accuracy
    *_, last = trainer.run()
    return {"params": params, "untrained": untrained, "trained": last.accuracy}


def worth_rows(found: dict[str, list[Tried]]) -> list[Row]:
    """Share above an untrained network, median and best, by form."""
    rows = []
    for form, tried in found.items():
        untrained = [one["untrained"] for one in tried]
        trained = [one["trained"] for one in tried]
        above = [float(one["trained"] > max(untrained) + SURE) for one in tried]
        over = f"{len(tried)} configurations"
        figures = {
            "share above an untrained network": Measured(*mean_and_error(above), over),
            "median": Measured(median(trained)),
            "best": Measured(max(trained)),
            "untrained": Measured(*mean_and_error(untrained), over),
        }
        rows += [
            Row(f"random configurations, {form} scales: {what}", (figure, None))
            for what, figure in figures.items()
        ]
    return rows
