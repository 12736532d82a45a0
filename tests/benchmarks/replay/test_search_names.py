"""Searches by their names, as the programs that compare them are told."""

from __future__ import annotations

import pytest

from benchmarks.replay.searches import searched
from data.errors import InputError
from hpo.study.file import load_study


def test_a_name_says_sampler_pruner_and_their_numbers() -> None:
    study = searched(load_study("glyphs"), "additive-5/guarded-halving-2-9", 3)
    assert (study.sampler.name, study.sampler.startup_trials) == ("additive", 5)
    assert (study.pruner.name, study.pruner.min_epochs) == ("guarded-halving", 2)
    assert (study.pruner.reduction_factor, study.seed) == (9, 3)


@pytest.mark.parametrize(
    "name", ["forest/none", "tpe/trees", "tpe", "tpe-0/none", "/", "tpe/none/none"]
)
def test_what_is_no_search_is_one_line_that_names_it(name: str) -> None:
    with pytest.raises(InputError, match=rf"^search {name}: .*should be [^\n]*$"):
        searched(load_study("glyphs"), name, 0)
