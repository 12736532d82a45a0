"""The wheel: everything that is installed lies below one name, `siamese_hpo`.

In the project's folder the packages are `data`, `model`, `hpo` and `studies`. Installed under these
names, they would be in the way of a program that has a `model.py` of its own, and it in theirs. So
the wheel has them as `siamese_hpo._project.data` and so on, and their imports say so. An editable
install leaves everything as it is.
"""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FACADE = "siamese_hpo"
BELOW = f"{FACADE}._project"
MOVED = ("data", "hpo", "model", "run_study", "studies")


def below_one_name(source: str) -> str:
    """A module's source, its imports of the project's packages as the wheel has them.

    >>> below_one_name("from data.errors import InputError")
    'from siamese_hpo._project.data.errors import InputError'
    >>> below_one_name("import studies")
    'from siamese_hpo._project import studies'
    """
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            if (node.module or "").partition(".")[0] in MOVED:
                _replace(lines, node, "from ", f"from {BELOW}.")
        elif isinstance(node, ast.Import):
            of_project = [a.name for a in node.names if a.name.partition(".")[0] in MOVED]
            if of_project and (len(node.names) > 1 or "." in of_project[0]):
                raise ValueError(f"import {of_project[0]}: from ... import ... can be moved")
            if of_project:
                _replace(lines, node, "import ", f"from {BELOW} import ")
    return "".join(lines)


def _replace(lines: list[str], node: ast.stmt, old: str, new: str) -> None:
    row, column = node.lineno - 1, node.col_offset
    before, after = lines[row][:column], lines[row][column:]
    assert after.startswith(old), lines[row]
    lines[row] = before + new + after.removeprefix(old)


class BuildBelowOneName(build_py):
    """Copies the packages to where a wheel is made, and then moves them below one name."""

    def run(self) -> None:
        if self.editable_mode:
            super().run()
            return
        folder = Path(self.build_lib)
        shutil.rmtree(folder, ignore_errors=True)  # what is left of another build
        super().run()
        below = folder / BELOW.replace(".", "/")
        below.mkdir()
        (below / "__init__.py").write_text('"""The project\'s packages."""\n')
        for name in MOVED:
            path = folder / name
            shutil.move(path if path.is_dir() else path.with_suffix(".py"), below)
        for module in (folder / FACADE).rglob("*.py"):
            module.write_text(below_one_name(module.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    setup(cmdclass={"build_py": BuildBelowOneName})
