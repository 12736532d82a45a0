"""The report on what was tested: beside the paper, and how sure it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import optuna
import pytest

from hpo.report.opening import number_first
from hpo.report.page import tables
from hpo.report.style import short
from hpo.report.text import found, how_sure
from hpo.report.winner import alphabets, comparison, filters
from hpo.study.file import load_study
from hpo.study.results import StudyResults

QUICK = Path(__file__).parents[3] / "studies" / "results" / "quick.json"
VALIDATION = {
    "one_shot_accuracy": 0.8,
    "standard_error": 0.03,
    "standard_error_over": "alphabets",
    "runs": 1,
}
TEST = {
    "one_shot_accuracy": 0.95,
    "standard_error": 0.01,
    "trials": 400,
    "per_run": [0.95] * 20,
    "every_drawer_pair_accuracy": 0.85,
    "every_drawer_pair_standard_error": 0.02,
    "per_alphabet": {"Ge_ez": 0.8, "Tibetan": 0.9},
}


def results_with(**changes: object) -> StudyResults:
    """The published results of a study, with these figures instead of its own."""
    own = json.loads(QUICK.read_text()) | {"validation": VALIDATION, "test": TEST}
    return StudyResults.model_validate(own | changes)


@pytest.mark.parametrize(
    ("tested", "seen"),
    [
        (("Ge_ez", "Tibetan"), "on alphabets that no training has seen"),
        (("runes (test)",), "on characters that no training has seen"),
        (("Greek (test)", "runes (test)"), "on characters that no training has seen"),
    ],
)
def test_what_no_training_has_seen(tested: tuple[str, ...], seen: str) -> None:
    """Of one or two alphabets the characters were split, and each alphabet was trained on."""
    results = results_with(test=TEST | {"per_alphabet": dict.fromkeys(tested, 0.85)})
    assert seen in number_first([], results, way=6)


def test_one_seed_or_the_mean_of_several_beside_the_paper() -> None:
    single = results_with()
    (figure,) = comparison(single).figures.values()
    measured = next(trace for trace in figure.data if trace.name == "measured here")
    assert list(measured.x) == [95]
    assert "seeds" not in found([], single) + alphabets(single).text
    assert "another task than the official runs" in alphabets(single).text
    assert "another task than the fixed runs" in alphabets(results_with(dataset="glyphs")).text
    several = {
        "runs": 3,
        "one_shot_accuracy": 0.93,
        "standard_error": 0.004,
        "one_shot_accuracy_by_seed": [0.93] * 3,
        "every_drawer_pair_accuracy": 0.84,
        "every_drawer_pair_standard_error": 0.003,
        "every_drawer_pair_accuracy_by_seed": [0.84] * 3,
    }
    results = results_with(test_over_seeds=several)
    (figure,) = comparison(results).figures.values()
    measured = next(trace for trace in figure.data if trace.name == "measured here")
    assert (list(measured.x), list(measured.error_x.array)) == ([95, 93], [1, 0.4])
    text = found([], results).replace("\xa0", " ")
    assert "the mean of its 3 seeds 93.0 ± 0.4 %" in text
    assert "the mean of its 3 seeds 84.0 ± 0.3 %" in text
    assert "84.0\xa0±\xa00.3\xa0% (over seeds)" in alphabets(results).text


@pytest.mark.parametrize(
    ("study", "validation", "over", "what", "typical"),
    [
        ("quick", "exact", "alphabets", "all drawers", "the validation alphabets; as all trials"),
        ("paper", "sampled", "trials", "random trials", "the one-shot trials that were drawn"),
    ],
)
def test_what_the_error_on_validation_is_over(
    study: str, validation: str, over: str, what: str, typical: str
) -> None:
    winner = json.loads(QUICK.read_text())["winner"]
    winner["config"]["train"]["validation"] = validation
    results = results_with(winner=winner, validation=VALIDATION | {"standard_error_over": over})
    last = tables(results).split("<table")[-1]
    assert f"Validation alphabets, {what}, 20-way" in last
    assert f"measured, error over {over}<" in last
    done = optuna.create_trial(value=0.5, user_attrs={"standard_error": 0.02, "seed": 0})
    text = how_sure(load_study(study), [done], None)
    assert f"a standard error of about 2.0 points over {typical}" in text


@pytest.mark.parametrize(("runs", "error"), [(1, "1.0"), (3, "1.4")])
def test_a_lead_between_means_of_seeds_has_the_error_of_a_difference(runs: int, error: str) -> None:
    of_any = {"standard_error": 0.01, "standard_error_over": "seeds", "runs": runs}
    measured = [of_any | {"one_shot_accuracy": accuracy} for accuracy in (0.875, 0.9)]
    best = {"number": 3, "value": 0.9, "params": {}}
    finalists = [best | {"validation": each, "seeds": []} for each in measured]
    results = results_with(best=best, finalists=finalists, validation=measured[1])
    text = how_sure(load_study("quick"), [], results).replace("\xa0", " ")
    assert f"leads the second by 2.5 points on validation, at a standard error of {error}:" in text


@pytest.mark.parametrize(
    ("accuracy", "error", "said"),
    [
        (0.95, 0.01, "3.0 standard errors above"),
        (0.9, 0.01, "2.0 standard errors below"),
        (1.0, 0.0, "8.0 points above"),
    ],
)
def test_how_far_the_winner_is_from_the_paper(accuracy: float, error: float, said: str) -> None:
    test = TEST | {"one_shot_accuracy": accuracy, "standard_error": error}
    assert f"The winner is {said} the paper's" in comparison(results_with(test=test)).text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (64, "64"),
        (4096, "4096"),
        (0.05, "0.05"),
        (0.0, "0"),
        (1e-4, "1e-4"),
        (2.5149e-7, "2.51e-7"),
    ],
)
def test_values_are_short(value: float, written: str) -> None:
    assert short(value) == written


def test_filters_lie_side_by_side_each_on_its_own_scale() -> None:
    weights = np.arange(1, 41, dtype=np.float32).reshape(10, 2, 2)
    section = filters(weights)
    (heatmap,) = section.figures["filters"].data
    z = np.array(heatmap.z)
    assert z.shape == (7, 25)
    assert z[1:3, 1:3] == pytest.approx(weights[0] / 4, abs=0.006)
    assert z[4:6, 4:6] == pytest.approx(weights[9] / 40, abs=0.006)
    assert np.isnan(z[3]).all()
    assert section.title == "The winner's first layer: 10 filters of 2x2 pixels"
