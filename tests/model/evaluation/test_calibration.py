"""Expected calibration error and temperature scaling, against figures worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean

import pytest
import torch

from model.evaluation.calibration import Bin, Reliability, calibration, reliability
from model.evaluation.verification import ScoredPairs

RESULTS = Path(__file__).parents[3] / "studies/results/reproduce/calibration.json"


def test_error_and_diagram_as_by_hand() -> None:
    # Fifteen bins of 1/15: two pairs in the first, three in the tenth, one in the last.
    probabilities = torch.tensor([0.02, 0.04, 0.61, 0.63, 0.65, 1.0])
    same = torch.tensor([False, True, True, True, False, True])
    found = reliability(probabilities, same)
    assert [tuple(b) for b in found.bins] == [
        pytest.approx((0.03, 1 / 2, 2)),
        pytest.approx((0.63, 2 / 3, 3)),
        pytest.approx((1.0, 1.0, 1)),
    ]
    by_hand = (2 * (0.5 - 0.03) + 3 * (2 / 3 - 0.63) + 1 * 0.0) / 6
    assert found.error == pytest.approx(by_hand, abs=1e-6)


def test_the_error_of_random_pairs_is_that_of_pairs_looked_at_one_by_one() -> None:
    generator = torch.Generator().manual_seed(1)
    probabilities = (4 * torch.randn(5000, generator=generator)).sigmoid()
    same = torch.rand(5000, generator=generator) < 0.2 + 0.6 * probabilities
    in_bins: dict[int, list[tuple[float, bool]]] = {}
    for pair in zip(probabilities.tolist(), same.tolist(), strict=True):
        in_bins.setdefault(min(int(15 * pair[0]), 14), []).append(pair)
    distances = (abs(sum(p - s for p, s in pairs)) for pairs in in_bins.values())
    assert reliability(probabilities, same).error == pytest.approx(sum(distances) / 5000)


def test_the_published_errors_are_those_of_the_published_bins() -> None:
    published = json.loads(RESULTS.read_text())
    columns = {
        "before": "calibration error",
        "after": "after temperature",
        "shifted": "after temperature and shift",
    }
    for row in published["rows"]:
        for name, column in columns.items():
            over_seeds = [
                Reliability([Bin(*values) for values in seed[name]])
                for seed in published["details"][row["loss"]]
            ]
            mean = fmean(found.error for found in over_seeds)
            assert mean == pytest.approx(row[column]["value"], abs=1e-12)


def test_the_temperature_that_made_the_scores_is_found() -> None:
    generator = torch.Generator().manual_seed(0)

    def pairs(temperature: float, shift: float) -> ScoredPairs:
        logits = 3 * torch.randn(20_000, generator=generator)
        same = torch.rand(20_000, generator=generator) < logits.sigmoid()
        return ScoredPairs(temperature * (logits - shift), same)

    overconfident = calibration(pairs(4.0, 0.0), pairs(4.0, 0.0))
    assert overconfident.temperature == pytest.approx(4, rel=0.05)
    assert overconfident.before.error > 0.05
    assert overconfident.after.error < 0.015
    # A temperature cannot mend what is shifted; a shift does.
    shifted = calibration(pairs(1.0, 2.0), pairs(1.0, 2.0))
    assert shifted.after.error > 0.05
    assert shifted.after_shift.error < 0.015
