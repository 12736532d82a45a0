"""The documents are true to the code: links, commands, options, studies, keys, and paths."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from hpo.study.definition import (
    ConstraintsConfig,
    FinishConfig,
    PrunerConfig,
    SamplerConfig,
    StopConfig,
    StudyConfig,
)
from hpo.study.file import own_studies, read_study
from hpo.study.limits import MOST
from model.batch_config import BatchConfig
from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
from model.config_file import as_toml
from model.distortion_config import DistortionConfig
from model.pictures_config import PicturesConfig
from run_study import app

PROJECT = Path(__file__).parents[1]
README = PROJECT / "README.md"
COMMANDS = PROJECT / "docs" / "commands.md"
STUDIES = PROJECT / "docs" / "studies.md"
PAGES = sorted(
    path
    for pattern in (
        *("README.md", "CONTRIBUTING.md", "CHANGELOG.md"),
        *("docs/*.md", "benchmarks/*.md", "deploy/*.md"),
    )
    for path in PROJECT.glob(pattern)
)
# A changelog speaks of what was.
OF_TODAY = [page for page in PAGES if page.name != "CHANGELOG.md"]
CLI: Any = typer.main.get_command(app)
SECTIONS: dict[str, type[BaseModel]] = {
    "The study": StudyConfig,
    "`[sampler]`": SamplerConfig,
    "`[pruner]`": PrunerConfig,
    "`[stop]`": StopConfig,
    "`[constraints]`": ConstraintsConfig,
    "`[finish]`": FinishConfig,
    "`[network]`": NetworkConfig,
    "`[[network.convolutions]]`": Convolution,
    "`[train]`": TrainConfig,
    "`[train.layers]`": LayerConfig,
    "`[train.pictures]`": PicturesConfig,
    "`[train.batch]`": BatchConfig,
    "`[train.distortion]`": DistortionConfig,
}
"""Headings of docs/studies.md, and whose keys they list."""
OWN_WORDS = {
    ("The study", "seed"): "0 to 2^63 - 1",
    ("The study", "trials"): "1 to 2^31 - 1, as all numbers of trials",
    ("`[pruner]`", "min_epochs"): "1 to the trial's epochs",
    ("`[train]`", "seed"): "(not in a study)",
    ("`[train]`", "validation"): "`exact`, `sampled`",
}
"""What keys may be, where docs/studies.md says more or less of it than a key's type does."""


def name_of(page: Path) -> str:
    return str(page.relative_to(PROJECT))


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def code(text: str, language: str = "") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", without_code(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sections(page: Path) -> dict[str, str]:
    parts = re.split(r"^## (.*)$", page.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The relative links and pictures of a page: where each leads, and its anchor."""
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            yield (page.parent / path if path else page), anchor


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in links(page):
        assert path.exists(), path
        assert path.resolve().is_relative_to(PROJECT)
        if anchor:
            assert anchor in anchors(path), f"{path}#{anchor}"


def test_every_page_is_reached_from_the_front() -> None:
    reached, left = set(), {README}
    while left:
        page = left.pop().resolve()
        reached.add(page)
        to = {path.resolve() for path, _ in links(page) if path.suffix == ".md"}
        left |= to - reached
    assert reached >= {page.resolve() for page in PAGES}


def test_the_front_page_is_one_page() -> None:
    assert len(README.read_text().splitlines()) <= 130


@pytest.mark.parametrize("page", OF_TODAY, ids=name_of)
def test_paths_of_the_project_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(
        r"`((?:data|model|hpo|studies|benchmarks|tests|deploy|docs)/[\w./-]*)`", page.read_text()
    )
    assert not [path for path in named if not (PROJECT / path).exists()]


def test_the_picture_of_the_house_has_the_floors_of_the_import_contract() -> None:
    tables = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (floors,) = (c["layers"] for c in tables["contracts"] if c.get("containers") == ["hpo"])
    picture = code((PROJECT / "docs" / "design.md").read_text())[0]
    rooms = picture[picture.index("hpo/") : picture.index("model/")]
    drawn = [re.sub(r"/|\.py", "", name) for name in re.findall(r"(\w+/|\w+\.py)  ", rooms)]
    assert drawn[1:] == [room for floor in floors for room in re.split(r" [|:] ", floor)]


def test_every_study_is_on_the_front_page() -> None:
    heads = re.findall(r"^- (.+?):", sections(README)["Studies"], re.MULTILINE)
    listed = [name for head in heads for name in re.findall(r"`([\w-]+)`", head)]
    assert sorted(listed) == own_studies()


def test_every_command_is_on_the_front_page() -> None:
    listed = re.findall(r"^- `(\w+)", sections(README)["Commands"], re.MULTILINE)
    assert sorted(listed) == sorted(CLI.commands)


@pytest.mark.parametrize("page", OF_TODAY, ids=name_of)
def test_commands_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text()
    assert set(re.findall(r"run_study\.py ([a-z]\w*)", text)) <= CLI.commands.keys()
    targets = re.findall(r"^([\w-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"`make ([\w-]+)", text)) <= set(targets)


@pytest.mark.parametrize("page", OF_TODAY, ids=name_of)
def test_benchmarks_that_a_page_names_exist(page: Path) -> None:
    for module in re.findall(r"-m\s+(benchmarks[\w.]*)", page.read_text()):
        path = PROJECT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@pytest.mark.parametrize("command", sorted(CLI.commands))
def test_every_command_is_documented_with_its_options(command: str) -> None:
    (body,) = (
        body for heading, body in sections(COMMANDS).items() if heading.startswith(f"`{command}`:")
    )
    usage = code(body)[0]
    assert usage.startswith(f"python run_study.py {command}")
    options = {name for option in CLI.commands[command].params for name in option.opts}
    named = {name for name in options if name.startswith("--")}
    assert set(re.findall(r"--[a-z-]+", usage)) == named


def test_no_other_command_is_documented() -> None:
    documented = re.findall(r"^## `(\w+)`:", COMMANDS.read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(CLI.commands)


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_of_a_study_is_documented_with_its_default(heading: str) -> None:
    model = SECTIONS[heading]
    rows = re.findall(
        r"^\| `(\w+)` \| .*? \| (.*?) \| .* \|$", sections(STUDIES)[heading], re.MULTILINE
    )
    assert [key for key, _ in rows] == list(model.model_fields)
    for key, shown in rows:
        field = model.model_fields[key]
        default = "required" if field.is_required() else field.default
        if isinstance(default, BaseModel):
            assert shown == "see below", key
        elif default is None:
            assert shown == "none", key
        else:
            assert shown == ("required" if field.is_required() else f"`{as_toml(default)}`"), key


def allowed_in_words(schema: dict[str, Any]) -> str | None:
    """What a value may be, as docs/studies.md says it; None if it is no number, flag or choice."""
    schema = next(iter(schema.get("anyOf", [])), schema)  # the other is that it is not given
    if "enum" in schema:
        return ", ".join(f"`{name}`" for name in schema["enum"])
    if schema.get("type") == "boolean":
        return "true, false"
    if schema.get("type") not in ("integer", "number"):
        return None
    above, most = "exclusiveMinimum" in schema, schema.get("maximum", MOST)
    least = f"above {schema['exclusiveMinimum']}" if above else str(schema["minimum"])
    if "exclusiveMaximum" in schema:
        return f"{least}{', ' if above else ' to '}below {schema['exclusiveMaximum']}"
    if most < MOST:
        return f"{least}{', ' if above else ' '}to {most}"
    return least if above else f"{least} or more"


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_of_a_study_is_documented_with_what_it_may_be(heading: str) -> None:
    schemas = SECTIONS[heading].model_json_schema()["properties"]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| ", sections(STUDIES)[heading], re.MULTILINE)
    for key, shown in rows:
        allowed = OWN_WORDS.get((heading, key), allowed_in_words(schemas[key]))
        assert allowed is None or set(allowed.split(", ")) == set(shown.split(", ")), key


@pytest.mark.parametrize("page", [README, STUDIES], ids=name_of)
def test_the_studies_shown_are_studies(page: Path) -> None:
    found = list(code(page.read_text(), "toml"))
    assert found
    for shown in found:
        read_study(tomllib.loads(shown), name_of(page))


def test_commands_of_the_front_page_name_the_python_that_has_the_project() -> None:
    named = re.findall(r"(\S*)python run_study\.py", README.read_text())
    assert named
    assert set(named) <= {".venv/bin/", "`.venv/bin/"}


def test_the_study_on_the_front_page_has_twelve_lines() -> None:
    (shown,) = code(README.read_text(), "toml")
    assert len(shown.splitlines()) == 12


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_extras_that_a_page_names_exist(page: Path) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    named = set(re.findall(r"'\.\[([\w,]+)\]'", page.read_text()))
    assert named <= project["optional-dependencies"].keys()
