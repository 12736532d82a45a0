"""One concept a file: none is so long that it must have several."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).parents[1]
ROOMS = ("benchmarks", "data", "hpo", "model", "siamese_hpo", "studies", "tests")
MOST = 300
"""Lines."""


def test_no_python_file_is_longer_than_three_hundred_lines() -> None:
    files = [*PROJECT.glob("*.py"), *(f for room in ROOMS for f in (PROJECT / room).rglob("*.py"))]
    lines = {str(f.relative_to(PROJECT)): len(f.read_text().splitlines()) for f in files}
    assert len(lines) > 500
    assert not {file: count for file, count in lines.items() if count > MOST}
