"""Each training experiment from end to end, at a size that takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

import hpo.finish.retrain_task
from hpo.reproduce.context import Context
from hpo.reproduce.experiments import drawers, losses, one_rate, table1
from hpo.reproduce.table import Measured, Quoted, Table
from model.config import NetworkConfig

Make = Callable[..., Context]


def column(table: Table, heading: str) -> list[object]:
    place = [c.heading for c in table.columns].index(heading)
    return [row.cells[place] for row in table.rows]


def measured(table: Table, heading: str) -> list[Measured]:
    return [cell for cell in column(table, heading) if isinstance(cell, Measured)]


@pytest.fixture
def six(tiny: NetworkConfig) -> table1.Settings:
    # At the study's own rate so small a network may end where all pairs look alike.
    small = table1.SETTINGS["small"]
    return replace(small, network=tiny, epochs=2, steps=4, rate=0.1, thousand=2)


def test_table1_trains_six_networks_a_seed(context: Make, six: table1.Settings) -> None:
    here = context()
    table = table1.run(here, six)
    assert [row.label for row in table.rows[:2]] == [
        "30k pairs, no distortions",
        "90k pairs, no distortions",
    ]
    assert [cell.value for cell in column(table, "paper") if isinstance(cell, Quoted)] == [
        0.9061,
        0.9154,
        0.9163,
        0.9190,
        0.9315,
        0.9342,
    ]
    figures = measured(table, "test, same alphabet")
    assert len({f.value for f in figures}) == 6  # six different networks
    assert all(0.4 < f.value < 1 and f.error and f.over == "2 seeds" for f in figures)
    folders = {path.parent for path in here.folder.rglob("best.safetensors")}
    assert len(folders) == 12
    harder, easier = (
        measured(table, "validation, same alphabet"),
        measured(table, "validation, any alphabets"),
    )
    assert sum(e.value for e in easier) > sum(h.value for h in harder)


def test_what_is_trained_is_not_trained_again(
    context: Make, six: table1.Settings, interrupting: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = table1.run(context("whole", seeds=1), six)
    parts = context("parts", seeds=1)

    def told(progress: object) -> None:
        monkeypatch.setattr(hpo.finish.retrain_task, "Progress", lambda *_, **__: progress)

    told(interrupting(5))  # in the third training's first epoch
    with pytest.raises(KeyboardInterrupt):
        table1.run(parts, six)
    rest = interrupting()
    told(rest)
    again = table1.run(parts, six)
    assert len(rest.trained) == 4
    for heading in ("test, same alphabet", "test, any alphabets"):
        assert column(again, heading) == column(whole, heading)


def test_drawers_measures_new_hands(context: Make, tiny: NetworkConfig) -> None:
    settings = replace(drawers.SETTINGS["small"], network=tiny, pairs=256)
    table = drawers.run(context(), settings)
    any_two, one_alphabet = measured(table, "validation, drawers 13-16")
    assert any_two.value > one_alphabet.value
    assert any_two.value > 0.55
    assert measured(table, "test, drawers 17-20")[0].error
    assert column(table, "original, validation")[0] == Quoted(0.912, "re-implementation")


def test_one_rate_measures_pairs_and_one_shot(context: Make, tiny: NetworkConfig) -> None:
    settings = one_rate.Settings(tiny, rate=0.1, epochs=3, steps=5)
    table = one_rate.run(context(seeds=1), settings)
    verification, _, every_pair, runs = measured(table, "test alphabets")
    assert verification.value > 0.5
    assert (every_pair.over, runs.over) == ("10 alphabets", "400 trials")
    assert every_pair.value > 1 / 20


def test_losses_train_alike_but_for_the_loss(context: Make, tiny: NetworkConfig) -> None:
    few = dict.fromkeys(losses.SETTINGS["small"].steps, 3)
    settings = replace(losses.SETTINGS["small"], network=tiny, epochs=2, steps=few)
    table = losses.run(context(), settings)
    assert [row.label for row in table.rows] == ["pairs", "batch-pairs", "nca", "one-shot"]
    for heading in ("verification, same alphabet", "20-way, every drawer pair"):
        values = [figure.value for figure in measured(table, heading)]
        assert len(set(values)) == 4
