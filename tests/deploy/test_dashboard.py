"""The dashboard as the compose file and the Kubernetes manifests start it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml

from hpo.database.opening import open_storage


@pytest.fixture(scope="module")
def compose(project: Path) -> dict[str, Any]:
    """The service."""
    file = project / "deploy/compose.yaml"
    return yaml.safe_load(file.read_text())["services"]["dashboard"]


@pytest.fixture(scope="module")
def kubernetes(project: Path) -> dict[str, Any]:
    """The pod."""
    (deployment,) = [
        resource
        for resource in yaml.safe_load_all((project / "deploy/kubernetes.yaml").read_text())
        if resource["kind"] == "Deployment"
    ]
    return deployment["spec"]["template"]["spec"]


def status(port: int, path: str) -> int | None:
    """Of the answer; None while nobody listens."""
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        try:
            connection.request("GET", path)
        except ConnectionRefusedError:
            return None
        return connection.getresponse().status


def test_both_start_it_alike_once_the_study_is_there(
    compose: dict[str, Any],
    kubernetes: dict[str, Any],
    programs: Callable[..., list[list[str]]],
    parse: Callable[..., dict[str, Any]],
) -> None:
    variables = {"STUDY": "quick", "HPO_STORAGE": "$(HPO_STORAGE)"}
    script = [word.replace("$$", "$") for word in compose["command"]]
    wait, dashboard = programs(script, variables)
    assert (parse(wait)["command"], parse(wait)["name"]) == ("status", "quick")
    (first,) = kubernetes["initContainers"]
    assert programs(first["args"], variables) == [wait]
    (container,) = kubernetes["containers"]
    apart = {"--artifact-dir=/shared/checkpoints": "--artifact-dir=/checkpoints"}
    assert [apart.get(word, word) for word in container["args"]] == dashboard
    (port,) = container["ports"]
    assert compose["ports"] == [f"127.0.0.1:8080:{port['containerPort']}"]


def test_both_have_the_artifacts_of_the_trials(
    project: Path, compose: dict[str, Any], kubernetes: dict[str, Any]
) -> None:
    study = yaml.safe_load((project / "deploy/compose.yaml").read_text())["services"]["study"]
    folder = study["command"][study["command"].index("--artifacts") + 1]
    assert f"--artifact-dir={folder} " in compose["command"][-1]
    assert compose["volumes"] == [f"checkpoints:{folder}:ro"]
    (of_study,) = [
        resource
        for resource in yaml.safe_load_all((project / "deploy/kubernetes.yaml").read_text())
        if resource["metadata"]["name"] == "hpo-study"
    ]
    worker = of_study["spec"]["template"]["spec"]["containers"][0]
    (folder,) = [word.split("=")[1] for word in worker["args"] if word.startswith("--artifacts=")]
    (container,) = kubernetes["containers"]
    assert f"--artifact-dir={folder}" in container["args"]
    assert any(folder.startswith(mount["mountPath"]) for mount in container["volumeMounts"])


def test_it_answers_its_probe(kubernetes: dict[str, Any], free_port: int, tmp_path: Path) -> None:
    (container,) = kubernetes["containers"]
    storage = f"sqlite:///{tmp_path}/study.db"
    open_storage(storage, create=True)
    own = {
        "--host=0.0.0.0": "--host=127.0.0.1",
        f"--port={container['ports'][0]['containerPort']}": f"--port={free_port}",
        "--artifact-dir=/shared/checkpoints": f"--artifact-dir={tmp_path}/artifacts",
        "$(HPO_STORAGE)": storage,
    }
    assert own.keys() < set(container["args"])
    program, *arguments = [own.get(word, word) for word in container["args"]]
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")]
    assert {probe["port"] for probe in probes} == {container["ports"][0]["name"]}
    (path,) = {probe["path"] for probe in probes}
    command = [Path(sys.executable).parent / program, *arguments]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 60
            while (answer := status(free_port, path)) is None:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert answer == 200
        finally:
            process.terminate()
