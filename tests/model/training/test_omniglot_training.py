"""Short trainings on real Omniglot: repeatable, of use, and the test agrees with itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from short_training import CONFIG, trained

from data.collection import Collection
from data.one_shot_runs import run_pictures
from data.splits import SearchData, held_out_characters
from model.evaluation.embeddings import embed_all
from model.evaluation.one_shot import one_shot_exact, one_shot_runs, predict_runs
from model.evaluation.verification import verification
from model.training.epoch_report import EpochReport
from model.training.trainer import Trainer

CPU = torch.device("cpu")


def test_a_few_seconds_of_training_classify_real_characters(
    omniglot: Collection, common_folder: Path
) -> None:
    trainer = trained(omniglot, common_folder)
    network = trainer.best_network()
    new = Trainer(CONFIG, trainer.data, CPU).network
    untrained = one_shot_exact(new, trainer.data.validation).value
    assert trainer.history[-1].best_accuracy > untrained + 0.2

    held_out = held_out_characters(omniglot, 35, CPU)
    assert held_out.pictures.shape == (382, 20, 35, 35)
    runs = one_shot_runs(network, held_out, omniglot.runs)
    assert runs.trials == 400
    assert runs.accuracy > 0.6
    exact = one_shot_exact(network, held_out)
    # The official runs' drawers are neat: over every pair of drawers it is harder.
    assert 0.5 < exact.value < runs.accuracy
    assert set(exact.per_alphabet) == {run.alphabet for run in omniglot.runs}
    pairs = verification(network, trainer.data.validation, held_out.by((17, 18, 19, 20)))
    assert 0.75 < pairs.accuracy < 1

    # The 400 official trials once more, pair by pair, each pair through both twins.
    predicted = predict_runs(network, held_out, omniglot.runs)
    for run, answers in zip(omniglot.runs, predicted, strict=True):
        support, query = run_pictures(held_out, run)
        supports = held_out.pictures[support[:, 0], support[:, 1]].unsqueeze(1).float() / 255
        for answer, (row, drawer) in zip(answers.tolist(), query.tolist(), strict=True):
            picture = held_out.pictures[row, drawer].expand(20, 1, -1, -1).float() / 255
            with torch.inference_mode():
                scores = network.score_pairs(network.embed(picture), network.embed(supports))
            assert int(scores.argmax()) == answer
    assert embed_all(network, held_out).shape == (382, 20, 128)


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_two_threads_give_the_same_history_every_time(omniglot: Collection) -> None:
    data = SearchData.of(omniglot, 35, CPU)

    def history(seed: int, epochs: int = 2) -> list[EpochReport]:
        short = {"seed": seed, "epochs": epochs, "steps_per_epoch": 3, "schedule": "decay"}
        config = CONFIG.model_copy(update={"train": CONFIG.train.model_copy(update=short)})
        reports = Trainer(config, data, CPU).run()
        return [replace(report, seconds=0, pictures_per_second=0) for report in reports]

    first = history(0)
    assert len({report.loss for report in first}) == 2
    assert history(0) == first
    assert history(1, epochs=1) != first[:1]
