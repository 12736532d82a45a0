"""Searches beside random search: as many trials, as much work, and how soon."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hpo.reproduce.paper_search.beside_random import beside_random, search_rows, verdict
from hpo.reproduce.paper_search.searched import Searched, best_of
from hpo.reproduce.paper_search.settings import starts
from hpo.reproduce.paper_search.work import epoch_operations
from hpo.reproduce.table import Measured
from hpo.study.file import load_study
from model.batch_config import BatchConfig
from model.config import Convolution, RunConfig


def searched(
    sampler: str, *found: tuple[int, float], operations: int, repetition: int = 0
) -> Searched:
    return Searched(
        "literal", sampler, repetition, None, 0.55, list(found), operations, 1.0, {}, []
    )


RANDOM = searched("random", (10, 0.3), (80, 0.5), operations=100)


@pytest.mark.parametrize(
    ("search", "gain", "for_work", "part", "part_of_random"),
    [
        # It is better after as many trials, for which it trained longer.
        (searched("gp", (90, 0.4), (150, 0.6), operations=200), 0.1, -0.1, 1.5, None),
        (searched("gp", (20, 0.5), operations=40), 0.0, 0.2, 0.2, 2.0),
        (searched("gp", (20, 0.4), operations=100), -0.1, -0.1, None, 0.8),
        (searched("gp", operations=0), -0.5, 0.0, None, None),
    ],
)
def test_a_search_is_compared_by_trials_and_by_work(
    search: Searched,
    gain: float,
    for_work: float,
    part: float | None,
    part_of_random: float | None,
) -> None:
    (beside,) = beside_random([RANDOM, search])
    assert beside.gain == pytest.approx(gain)
    assert beside.gain_for_work == pytest.approx(for_work)
    assert (beside.part, beside.part_of_random) == (part, part_of_random)


def test_each_is_compared_with_its_own_repetition() -> None:
    other = searched("random", (5, 0.1), operations=10, repetition=1)
    later = [searched("tpe", (5, 0.6), operations=10, repetition=n) for n in (0, 1, 2)]
    found = [RANDOM, other, *later]
    assert [round(beside.gain, 6) for beside in beside_random(found)] == [0.1, 0.5]
    cells = {row.label: row.cells[0] for row in search_rows(found)}
    gain = cells["tpe search, literal scales: above random search, as many trials"]
    assert isinstance(gain, Measured)
    assert gain.value == pytest.approx(0.3)
    above = cells["tpe search, literal scales: above the best by hand"]
    assert isinstance(above, Measured)
    assert above.value == pytest.approx(0.05)
    said = verdict(found)
    assert said.startswith("Of 2 model-based searches 2 proposed a better configuration")
    assert "Of all 5 searches 3 proposed a better one than the best of the 3 that" in said
    assert verdict([RANDOM]) == "No search is compared with random search yet."


def test_work_is_a_product_and_a_sum_for_each_use_of_a_weight() -> None:
    run = starts(load_study("paper-35"))[0]
    network = run.network.model_copy(
        update={"size": 6, "convolutions": (Convolution(filters=2, kernel=3),), "units": 5}
    )
    batch = BatchConfig(pairs=4)
    train = run.train.model_copy(
        update={"steps_per_epoch": 10, "batch": batch, "layers": run.train.layers[:3]}
    )
    of_a_picture = 2 * (16 * 2 * 9 + 32 * 5)
    # Each step computes forward, and backward once more by input and once by weight.
    assert epoch_operations(RunConfig(network=network, train=train)) == 3 * 80 * of_a_picture


def test_the_best_may_be_a_persons() -> None:
    run = starts(load_study("paper-35"))[0]
    one, other = (
        replace(searched("tpe", (5, value), operations=10), best=run) for value in (0.5, 0.6)
    )
    assert (one.best_value, other.best_value) == (0.55, 0.6)
    assert best_of([RANDOM, one, other]) is other
    assert best_of([RANDOM]) is None
