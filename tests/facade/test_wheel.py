"""Installed, the project has one name: a user's own modules and it do not meet."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PARTS = ("data", "hpo", "model", "siamese_hpo", "studies", "setup.py", "run_study.py")
FILES = ("pyproject.toml", "README.md", "LICENSE")
OWN = ("data", "hpo", "model", "run_study", "studies")
"""Names of modules that a user has too."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which pip has installed the project, and nothing that it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    unwanted = shutil.ignore_patterns("__pycache__", "results")
    for name in (*PARTS, *FILES):
        path, to = PROJECT / name, folder / "source" / name
        if path.is_dir():
            shutil.copytree(path, to, ignore=unwanted)
        else:
            shutil.copyfile(path, to)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*pip, "--no-index", "--target", folder / "site", folder / "source"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.fixture
def own(symbols: Path) -> Path:
    """The folder of a user, with modules of the names that the project's packages have."""
    for name in OWN:
        (symbols / f"{name}.py").write_text('MINE = "mine"\n')
    return symbols


def python(program: str, folder: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Runs a program in a folder, as `python program.py` does."""
    (folder / "program.py").write_text(program)
    return subprocess.run(
        [sys.executable, "program.py"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )


def front_page() -> str:
    """README's lines of Python."""
    readme = (PROJECT / "README.md").read_text()
    (shown,) = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert len([line for line in shown.splitlines() if line]) == 5
    return str(shown)


def test_the_front_pages_lines_run_beside_modules_of_the_same_names(own: Path, site: Path) -> None:
    names = ", ".join(OWN)
    after = f"assert all(m.MINE == 'mine' for m in ({names}))\n"
    done = python(f"import {names}\n{front_page()}{after}", own, site)
    assert done.returncode == 0, done.stderr
    table = [line.split(",")[:2] for line in (own / "answers.csv").read_text().splitlines()]
    assert table == [
        ["query", "class"],
        *([f"{name}.png", name] for name in ("box", "cross", "ring")),
    ]


def test_workers_of_a_study_find_the_project_too(own: Path, site: Path) -> None:
    program = """
import model
import siamese_hpo
if __name__ == "__main__":
    study = siamese_hpo.run("glyphs", trials=1, workers=2, device="cpu")
    print(*study.trials["state"], study.network("cpu").size, model.MINE)
"""
    done = python(program, own, site)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "complete 28 mine\n"


def test_the_console_command_is_the_command_line(own: Path, site: Path) -> None:
    def command(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, site / "bin" / "siamese-hpo", *words],
            cwd=own,
            env=os.environ | {"PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "retrain" in command("--help")
    assert "siamese-hpo dashboard glyphs" in command("run", "glyphs", "--trials", "1")
    answers = command("classify", "--support", "known", "--query", "new", "--json")
    assert answers.count('"class": "ring"') == 1


def test_nothing_else_is_installed(site: Path) -> None:
    installed = {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")}
    assert installed == {"siamese_hpo", "bin"}
    moved = re.compile(rf"^\s*(?:from|import) (?:{'|'.join(OWN)})\b", re.M)
    for module in site.rglob("*.py"):
        code = re.sub(r'"""(?:.|\n)*?"""', "", module.read_text())
        assert not moved.search(code), module


def test_an_editable_install_says_which_module_is_in_its_way(own: Path) -> None:
    done = python("import siamese_hpo", own, PROJECT)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: siamese_hpo is installed editable, and data is {own / 'data.py'}, not"
        f" {PROJECT / 'data'}. Next to a module of that name it needs a full install:"
        f" pip install {PROJECT}"
    )
