"""deploy/kubernetes.yaml: its schema, what its parts refer to, and its commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from hpo.workers.pool import END_PATIENCE

OLDEST = "1.29"
"""The first version in which all that the file uses is on by default."""


@pytest.fixture(scope="module")
def file(project: Path) -> Path:
    return project / "deploy/kubernetes.yaml"


@pytest.fixture(scope="module")
def resources(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text()))


@pytest.fixture(scope="module")
def by_kind(resources: list[dict[str, Any]]) -> Callable[[str], dict[str, dict[str, Any]]]:
    """All resources of a kind, by name."""
    return lambda kind: {r["metadata"]["name"]: r for r in resources if r["kind"] == kind}


@pytest.fixture(scope="module")
def workloads(resources: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What has a pod template, by name."""
    return {r["metadata"]["name"]: r for r in resources if "template" in r.get("spec", {})}


def containers(workload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    pod = workload["spec"]["template"]["spec"]
    yield from pod.get("initContainers", [])
    yield from pod["containers"]


def all_values(value: Any, key: str) -> Iterator[Any]:  # noqa: ANN401
    """Every value under this key, at any depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key:
                yield item
            yield from all_values(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from all_values(item, key)


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
def test_every_resource_conforms_to_its_schema(
    resources: list[dict[str, Any]], version: str
) -> None:
    assert {"StatefulSet", "Job", "Deployment"} < {resource["kind"] for resource in resources}
    for resource in resources:
        kubernetes_validate.validate(resource, version, strict=True)


def test_names_are_used_once(resources: list[dict[str, Any]]) -> None:
    names = [(resource["kind"], resource["metadata"]["name"]) for resource in resources]
    assert len(names) == len(set(names))


def test_selectors_find_the_pods_and_services_their_ports(
    by_kind: Callable[[str], dict[str, Any]], workloads: dict[str, Any]
) -> None:
    for workload in workloads.values():
        if selector := workload["spec"].get("selector"):
            assert selector["matchLabels"] == workload["spec"]["template"]["metadata"]["labels"]
    for service in by_kind("Service").values():
        (found,) = [
            workload
            for workload in workloads.values()
            if workload["spec"]["template"]["metadata"]["labels"] == service["spec"]["selector"]
        ]
        named = {port["name"] for port in all_values(found, "ports") for port in port}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= named
    (database,) = by_kind("StatefulSet").values()
    assert database["spec"]["serviceName"] in by_kind("Service")


def test_nothing_is_reachable_from_outside_the_cluster(
    by_kind: Callable[[str], dict[str, Any]],
) -> None:
    types = {s["spec"].get("type", "ClusterIP") for s in by_kind("Service").values()}
    assert types == {"ClusterIP"}
    assert not by_kind("Ingress")


def test_claims_and_settings_that_are_named_exist(
    by_kind: Callable[[str], dict[str, Any]], workloads: dict[str, Any]
) -> None:
    claimed = {claim["claimName"] for claim in all_values(workloads, "persistentVolumeClaim")}
    assert claimed == set(by_kind("PersistentVolumeClaim"))
    settings = {reference["name"] for reference in all_values(workloads, "configMapRef")}
    assert settings == set(by_kind("ConfigMap"))
    for workload in workloads.values():
        spec = workload["spec"]
        volumes = {volume["name"] for volume in spec["template"]["spec"]["volumes"]}
        volumes |= {claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])}
        mounted = {
            mount["name"] for one in containers(workload) for mount in one.get("volumeMounts", [])
        }
        assert mounted == volumes


def test_the_password_is_in_a_secret_that_is_not_in_the_file(
    file: Path, by_kind: Callable[[str], dict[str, Any]], workloads: dict[str, Any]
) -> None:
    assert not by_kind("Secret")
    created = re.search(
        r"kubectl create secret generic (\S+) --from-literal=(\w+)=", file.read_text()
    )
    assert created
    for workload in workloads.values():
        for one in containers(workload):
            for variable in one.get("env", []):
                if "PASSWORD" in variable["name"]:
                    reference = {"name": created[1], "key": created[2]}
                    assert variable["valueFrom"] == {"secretKeyRef": reference}
    assert not re.search(r"://[^/\s]*:[^/\s]*@", file.read_text())


def test_pods_have_no_more_rights_than_they_need(workloads: dict[str, Any], project: Path) -> None:
    (user,) = re.findall(r"^USER (\d+)$", (project / "deploy/Dockerfile").read_text(), re.M)
    for name, workload in workloads.items():
        pod = workload["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == (999 if name == "hpo-postgres" else int(user))
        for one in containers(workload):
            assert one["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"requests", "limits"} <= set(one["resources"])


def test_jobs_replace_their_pods_and_let_them_give_trials_back(
    by_kind: Callable[[str], dict[str, Any]],
) -> None:
    jobs = by_kind("Job")
    assert set(jobs) == {"hpo-study", "hpo-workers"}
    for job in jobs.values():
        pod = job["spec"]["template"]["spec"]
        assert pod["terminationGracePeriodSeconds"] > END_PATIENCE + 10
        # Kubernetes takes no podFailurePolicy with another.
        assert pod["restartPolicy"] == "Never"
    assert jobs["hpo-study"]["spec"]["backoffLimit"] > 0
    workers = jobs["hpo-workers"]["spec"]
    assert workers["completionMode"] == "Indexed"
    assert workers["backoffLimitPerIndex"] > 0
    assert workers["completions"] == workers["parallelism"]


def test_commands_are_those_of_the_command_line(
    by_kind: Callable[[str], dict[str, Any]],
    workloads: dict[str, Any],
    programs: Callable[..., list[list[str]]],
    parse: Callable[..., dict[str, Any]],
) -> None:
    settings = by_kind("ConfigMap")["hpo"]["data"]

    def parsed(name: str) -> list[dict[str, Any]]:
        found = []
        for one in containers(workloads[name]):
            words = [re.sub(r"\$\((\w+)\)", lambda m: settings[m[1]], w) for w in one["args"]]
            lines = programs(words, settings)
            found += [parse(line) for line in lines if line[1] == "run_study.py"]
        return found

    (run,) = parsed("hpo-study")
    assert (run["command"], run["study"]) == ("run", settings["STUDY"])
    status, join = parsed("hpo-workers")
    assert (status["command"], status["name"]) == ("status", settings["STUDY"])
    assert (join["command"], join["name"]) == ("join", settings["STUDY"])
    for name in ("hpo-study", "hpo-workers"):
        (worker,) = workloads[name]["spec"]["template"]["spec"]["containers"]
        writable = [m["mountPath"] for m in worker["volumeMounts"] if not m.get("readOnly")]
        for path in (run["artifacts"], run["output"] if name == "hpo-study" else join["output"]):
            assert any(Path(path).is_relative_to(folder) for folder in writable)
        assert settings["OMNIGLOT_ROOT"] in {m["mountPath"] for m in worker["volumeMounts"]}
