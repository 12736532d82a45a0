"""deploy/compose.yaml: its schema, what it refers to, and its commands, run for real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tiny_study import tiny_study

from hpo.workers.pool import END_PATIENCE

ENVIRONMENT = {"POSTGRES_PASSWORD": "a secret", "OMNIGLOT_ROOT": "/somewhere"}
"""What deploy/.env must hold."""
FINISHING = {"study", "workers"}
"""Services that end by themselves."""


class NotSet(Exception):  # noqa: N818 - it is what the test wants
    """A variable without which Compose refuses to start."""


def interpolated(value: Any, environment: Mapping[str, str]) -> Any:  # noqa: ANN401
    """The document with ${NAME:-default}, ${NAME:?message} and $$ as Compose replaces them."""
    if isinstance(value, dict):
        return {key: interpolated(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [interpolated(item, environment) for item in value]
    if not isinstance(value, str):
        return value

    def replace(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name, kind, word = found["name"], found["kind"], found["word"]
        if environment.get(name):
            return environment[name]
        if kind == ":-":
            return word
        raise NotSet(name)

    return re.sub(r"\$\$|\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<word>[^}]*))?\}", replace, value)


@pytest.fixture(scope="module")
def file(project: Path) -> Path:
    return project / "deploy/compose.yaml"


@pytest.fixture(scope="module")
def written(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text())


@pytest.fixture
def services(written: dict[str, Any]) -> dict[str, Any]:
    return interpolated(written, ENVIRONMENT)["services"]


def test_it_conforms_to_the_compose_specification(file: Path) -> None:
    check = ["check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    done = subprocess.run([sys.executable, "-m", *check], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_compose_itself_reads_it(file: Path) -> None:
    config = ["docker", "compose", "--file", str(file), "config", "--quiet"]
    if not shutil.which("docker") or subprocess.run([*config[:2], "version"]).returncode:
        pytest.skip("needs docker compose")
    subprocess.run(config, env=os.environ | ENVIRONMENT, check=True)


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_it_asks_for_what_only_the_user_knows(written: dict[str, Any], name: str) -> None:
    others = {key: value for key, value in ENVIRONMENT.items() if key != name}
    with pytest.raises(NotSet, match=name):
        interpolated(written, others)
    assert str(written).count(f"${{{name}") == str(written).count(f"${{{name}:?")


def test_the_password_is_in_variables_of_the_environment_alone(
    services: dict[str, Any], file: Path
) -> None:
    password = ENVIRONMENT["POSTGRES_PASSWORD"]
    places = {
        (name, key)
        for name, service in services.items()
        for key, value in service["environment"].items()
        if value == password
    }
    assert places == {("postgres", "POSTGRES_PASSWORD")} | {
        (name, "PGPASSWORD") for name in services if name != "postgres"
    }
    assert str(services).count(password) == len(places)
    assert not re.search(r"://[^/\s]*:[^/\s]*@", file.read_text())


def test_services_and_volumes_that_are_named_exist(
    services: dict[str, Any], written: dict[str, Any], project: Path
) -> None:
    mounted = set()
    for service in services.values():
        for other, needed in service.get("depends_on", {}).items():
            has_check = "healthcheck" in services[other]
            assert has_check or needed["condition"] == "service_started"
        for volume in service.get("volumes", []):
            if isinstance(volume, str):
                mounted.add(volume.split(":")[0])
        if build := service.get("build"):
            context = project / "deploy" / build["context"]
            assert context.samefile(project)
            assert (context / build["dockerfile"]).is_file()
    assert mounted == set(written["volumes"])


def test_omniglot_is_where_the_workers_look_and_is_read_only(services: dict[str, Any]) -> None:
    for name in FINISHING:
        (bind,) = [v for v in services[name]["volumes"] if isinstance(v, dict)]
        assert bind["target"] == services[name]["environment"]["OMNIGLOT_ROOT"]
        assert bind["source"] == ENVIRONMENT["OMNIGLOT_ROOT"]
        assert bind["read_only"] is True


def test_study_and_workers_share_the_checkpoints(
    services: dict[str, Any], parse: Callable[..., dict[str, Any]]
) -> None:
    folder = parse(services["study"]["command"])["artifacts"]
    for name in FINISHING:
        assert f"checkpoints:{folder}" in services[name]["volumes"]


def test_ports_are_open_to_this_machine_alone(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8080:8080"]


def test_who_comes_back(services: dict[str, Any]) -> None:
    for name, service in services.items():
        policy = service["restart"].split(":")[0]
        assert policy == ("on-failure" if name in FINISHING else "unless-stopped")


def test_there_is_time_to_give_trials_back(services: dict[str, Any]) -> None:
    for name in FINISHING:
        seconds = re.fullmatch(r"(\d+)s", services[name]["stop_grace_period"])
        assert seconds
        assert int(seconds[1]) > END_PATIENCE + 10


def test_commands_are_those_of_the_command_line(
    services: dict[str, Any],
    programs: Callable[..., list[list[str]]],
    parse: Callable[..., dict[str, Any]],
) -> None:
    def parsed(name: str) -> list[tuple[object, object]]:
        lines = programs(services[name]["command"], services[name]["environment"])
        return [
            (line["command"], line.get("study", line.get("name"))) for line in map(parse, lines)
        ]

    assert parsed("study") == [("run", "quick")]
    assert parsed("workers") == [("status", "quick"), ("join", "quick")]


def test_workers_wait_for_the_study_and_finish_it_together(
    written: dict[str, Any], project: Path, tmp_path: Path
) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    services = interpolated(written, ENVIRONMENT | {"STUDY": "tiny"})["services"]
    tools = Path(sys.executable).parent

    def start(name: str) -> subprocess.Popen[str]:
        service = services[name]
        folder = tmp_path / name
        folder.mkdir()
        # A file of the study's bare name: for `run` it is the file, for `join` the name.
        (folder / "tiny").write_text(tiny_study())
        (folder / "run_study.py").symlink_to(project / "run_study.py")
        return subprocess.Popen(
            [
                word.replace("/checkpoints", f"{tmp_path}/checkpoints").replace(
                    "sleep 10", "sleep 3"
                )
                for word in service["command"]
            ],
            cwd=folder,
            env=os.environ
            | service["environment"]
            | {"HPO_STORAGE": storage, "PATH": f"{tools}:{os.environ['PATH']}"},
            stderr=subprocess.PIPE,
            text=True,
        )

    workers = start("workers")
    assert workers.stderr is not None
    try:
        assert "no such file" in workers.stderr.readline()
        with start("study") as study:
            _, reason = study.communicate(timeout=120)
            assert study.returncode == 0, reason
        _, reason = workers.communicate(timeout=60)
        assert workers.returncode == 0, reason
    finally:
        workers.kill()
    assert (tmp_path / "study/runs/tiny/results.json").is_file()
