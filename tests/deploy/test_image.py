"""deploy/Dockerfile, as far as it goes without Docker."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import pytest


@pytest.fixture(scope="module")
def instructions(project: Path) -> list[tuple[str, str]]:
    """Instruction and arguments, lines that go on on the next one joined."""
    text = (project / "deploy/Dockerfile").read_text()
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.M)).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines if line)]


@pytest.fixture(scope="module")
def pyproject(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def copied(instructions: list[tuple[str, str]]) -> dict[str, str]:
    """Each source of a COPY, and its target."""
    copies = [arguments.split() for name, arguments in instructions if name == "COPY"]
    return {source: target for *sources, target in copies for source in sources}


def test_instructions_are_docker_s(instructions: list[tuple[str, str]]) -> None:
    known = {"FROM", "RUN", "ENTRYPOINT", "WORKDIR", "COPY", "USER", "ENV", "CMD"}
    assert instructions[0][0] == "FROM"
    assert {name for name, _ in instructions} <= known


def test_all_of_the_project_is_copied_to_its_place(
    copied: dict[str, str], pyproject: dict[str, Any]
) -> None:
    packages = _packages(pyproject)
    modules = [f"{name}.py" for name in pyproject["tool"]["setuptools"]["py-modules"]]
    assert {name: copied.get(name) for name in packages} == {name: name for name in packages}
    assert {copied.get(name) for name in modules} == {"./"}


def test_what_is_copied_is_there_and_not_ignored(copied: dict[str, str], project: Path) -> None:
    everything, *rules = [
        line
        for line in (project / ".dockerignore").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert everything == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(copied)
    assert all((project / source).exists() for source in copied)


def test_the_install_finds_what_pyproject_names(
    instructions: list[tuple[str, str]], pyproject: dict[str, Any]
) -> None:
    (install,) = [text for name, text in instructions if name == "RUN" and "pip install" in text]
    steps = [shlex.split(step) for step in install.split("&&")]
    made = {word for step in steps for word in step[1:] if step[0] in ("mkdir", "touch")}
    setuptools, metadata = pyproject["tool"]["setuptools"], pyproject["project"]
    # setuptools finds a package by its __init__.py, and what lies within it once it is copied.
    needed = {f"{name}/__init__.py" for name in _packages(pyproject)}
    needed |= {f"{name}.py" for name in setuptools["py-modules"]}
    needed |= {metadata["readme"], *metadata["license-files"]}
    before = instructions.index(("RUN", install))
    copied_before = {
        source for name, text in instructions[:before] if name == "COPY" for source in text.split()
    }
    made |= {str(parent) for name in made for parent in PurePosixPath(name).parents}
    assert needed <= made | copied_before
    (extras,) = re.findall(r"\.\[([\w,]+)\]", install)
    assert "postgres" in extras.split(",")
    assert set(extras.split(",")) <= set(metadata["optional-dependencies"])


def _packages(pyproject: dict[str, Any]) -> set[str]:
    """The top-level packages, which setuptools finds together with all within them."""
    return {
        name.rstrip("*") for name in pyproject["tool"]["setuptools"]["packages"]["find"]["include"]
    }


def test_it_runs_as_no_root_and_holds_no_secret(instructions: list[tuple[str, str]]) -> None:
    users = [text for name, text in instructions if name == "USER"]
    assert users
    assert users[-1] not in ("root", "0")
    variables = " ".join(text for name, text in instructions if name in ("ENV", "ARG"))
    assert not re.search(r"password|secret|token|key", variables, re.IGNORECASE)
