"""Examples in docstrings run, and what a person would import has one."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGES = ("data", "model", "hpo", "siamese_hpo", "benchmarks")
ENTRY_POINTS = (
    "data.batches.draw_pairs",
    "data.characters.Characters",
    "data.collection.Collection.characters",
    "data.distort.distort",
    "data.one_shot_runs.official_runs",
    "data.one_shot_runs.random_runs",
    "data.sources.glyphs.make_glyphs",
    "data.sources.load.load_collection",
    "data.sources.mnist.as_characters",
    "data.sources.scans.find_drawings",
    "data.splits.SearchData.of",
    "data.splits.paper_splits",
    "data.whole_files.replacing",
    "hpo.runtime.provenance.versions",
    "hpo.storage.workspace.Workspace.of",
    "hpo.trials.attributes.TrialRecord.of",
    "hpo.trials.outcome.state_of",
    "hpo.trials.table.trial_table",
    "hpo.run.run.on_data",
    "hpo.runtime.files.write_text",
    "hpo.runtime.interrupts.allowed",
    "hpo.runtime.interrupts.held_back",
    "hpo.runtime.process_identity.is_gone",
    "hpo.runtime.process_identity.this_process",
    "hpo.study.definition.StudyConfig",
    "hpo.study.file.load_study",
    "hpo.study.file.read_study",
    "hpo.study.pruners.make_pruner",
    "hpo.study.pruners.may_prune",
    "hpo.study.samplers.make_sampler",
    "hpo.study.space.config_of",
    "hpo.study.space.parameters",
    "hpo.study.space.sample",
    "hpo.study.transfer.nearest",
    "hpo.trials.attributes.TrialRecord",
    "hpo.trials.budget.counts",
    "hpo.trials.budget.reached_limit",
    "hpo.trials.expected_gain.gain_in_any_order",
    "hpo.trials.importance.importances",
    "hpo.trials.outcome.in_words",
    "hpo.trials.outcome.state_of",
    "hpo.trials.ranking.best_trials",
    "hpo.trials.ranking.pareto_front",
    "hpo.trials.table.trial_table",
    "model.config.RunConfig",
    "model.config_file.read_config",
    "model.config_file.to_toml",
    "model.device.resolve_device",
    "model.evaluation.baselines.modified_hausdorff",
    "model.evaluation.baselines.nearest_neighbour",
    "model.evaluation.calibration.calibration",
    "model.evaluation.classify.classify",
    "model.evaluation.classify.pooled",
    "model.evaluation.rejection.Rejection.known",
    "model.evaluation.digits.digits_accuracy",
    "model.evaluation.embeddings.embed",
    "model.evaluation.one_shot.one_shot_exact",
    "model.evaluation.one_shot.one_shot_runs",
    "model.evaluation.scores.choices",
    "model.evaluation.scores.one_shot_accuracy",
    "model.evaluation.scores.verification_accuracy",
    "model.evaluation.unstructured.unstructured",
    "model.evaluation.verification.verification",
    "model.network.centring.centred",
    "model.network.siamese.SiameseNetwork",
    "model.network.weights.load_network",
    "model.network.weights.save_network",
    "model.training.losses.batch_pairs_loss",
    "model.training.losses.nca_loss",
    "model.training.losses.one_shot_loss",
    "model.training.losses.pairs_loss",
    "model.training.trainer.Trainer",
    "model.training.validation.validate",
    "siamese_hpo.network.Network.embed",
)


def modules() -> list[str]:
    """Names of the modules with examples, found without importing any."""
    return [
        ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        for package in PACKAGES
        for path in sorted((PROJECT / package).rglob("*.py"))
        if ">>> " in path.read_text(encoding="utf-8")
    ]


def examples(module: str) -> dict[str, doctest.DocTest]:
    """A module's docstrings with examples, by the dotted name of what they describe."""
    found = doctest.DocTestFinder().find(import_module(module), module)
    return {test.name: test for test in found if test.examples}


@pytest.mark.parametrize("module", modules())
def test_examples_run(module: str) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    told: list[str] = []
    for test in examples(module).values():
        runner.run(test, out=told.append)
    assert not runner.failures, "".join(told)
    assert runner.tries > 0


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_what_a_person_would_import_has_an_example(name: str) -> None:
    parts = name.split(".")
    module = next(
        ".".join(parts[:end])
        for end in range(len(parts), 0, -1)
        if (PROJECT / Path(*parts[:end])).with_suffix(".py").is_file()
    )
    assert name in examples(module)
