"""Each package's docstring lists its modules: it is where one looks for what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGES = sorted(
    path
    for root in ("data", "model", "hpo", "siamese_hpo", "benchmarks")
    for path in (PROJECT / root).rglob("__init__.py")
)
NAMES = r"(\w+(?:, \w+)*): "


def named(pattern: str, text: str) -> set[str]:
    """The modules that stand before a colon, alone or several."""
    found = re.findall(pattern, text, re.MULTILINE)
    return {name for names in found for name in names.split(", ")}


@pytest.mark.parametrize(
    "package", PACKAGES, ids=lambda path: str(path.parent.relative_to(PROJECT))
)
def test_a_package_lists_its_modules_and_no_others(package: Path) -> None:
    text = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    modules = {path.stem for path in package.parent.glob("*.py")} - {"__init__", "__main__"}
    modules |= {path.parent.name for path in package.parent.glob("*/__init__.py")}
    assert named(NAMES, text) >= modules
    assert named(rf"^(?:- | {{4}}){NAMES}", text) <= modules | {"__main__"}
