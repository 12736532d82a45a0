"""Mistakes in long values and under long keys: the line that tells of them stays short."""

from __future__ import annotations

import pytest
from spacious import changed, study_of

from data.errors import InputError, shortened

LONG = "a" * 300_000
HUGE = 16**300_000
"""A whole number that Python refuses to write in tens, as a file may give it in hexadecimals."""


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("network.units", LONG, "network.units: should be a whole number, not 'aaa"),
        ("network.units", HUGE, "network.units: should be less than or equal to "),
        ("network.batch_norm", HUGE, "network.batch_norm: should be true or false, not 0x1000"),
        ("train.optimiser", LONG, "train.optimiser: should be 'sgd' or 'adam', not 'aaa"),
        (f"train.{LONG}", 1, f"train.{shortened(LONG)}: unknown key; allowed are "),
        ("network.units", {"choices": [LONG, LONG]}, "network.units: choices: 'aaa"),
        ("network.units", {"choices": [8, 16], "prior": LONG}, "network.units: prior 'aaa"),
        ("name", LONG, "studies/foo.toml: name: 'aaa"),
        ("dataset", LONG, "studies/foo.toml: dataset: should be 'auto', "),
    ],
    ids=lambda part: shortened(part)[:40] if isinstance(part, str) else "",
)
def test_a_long_value_is_shown_by_its_beginning(key: str, value: object, expected: str) -> None:
    with pytest.raises(InputError) as raised:
        study_of(changed(key, value))
    assert expected in str(raised.value)
    assert len(str(raised.value)) < 1000
