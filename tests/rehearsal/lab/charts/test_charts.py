"""The lab's charts take every value that a Sovereign can produce, and no other."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from rehearsal.lab import charts
from rehearsal.lab.build import Built
from rehearsal.nodes import cilium as model
from rehearsal.nodes.cloud_controller import CHART, CloudController
from rehearsal.nodes.helm_values import HelmValues
from rehearsal.nodes.scheduling import tolerations
from sovereign.config import HUBBLE_METRICS
from sovereign.plan import SovereignPlan, cilium
from tests.configurations import HIGHLY_AVAILABLE, dev, plan
from tests.strategies import clusters

Objects = dict[tuple[str, str], dict[str, Any]]
RENDERED = 25
"""Random configurations; each is two runs of helm, 0.1 s together."""
CHECKED = 100
"""Random configurations whose values are held against the schemas alone."""
OF_CHARTS = ("cilium", "cilium-operator", "cilium-envoy", "hubble-relay", "hubble-ui", CHART)
POD_ANNOTATIONS = {"sovereign/token": "0123456789abcdef"}


class Helm:
    """The real helm, rendering packed charts."""

    def __init__(self, program: Path, directory: Path) -> None:
        self._program, self._directory = program, directory

    def run(self, name: str, values: Mapping[str, Any]) -> "subprocess.CompletedProcess[str]":
        """Render a chart; its exit code is not judged."""
        archive, file = self._directory / f"{name}.tgz", self._directory / "values.yaml"
        archive.write_bytes(charts.package(name, "1.20.2"))
        file.write_text(yaml.safe_dump(dict(values)), encoding="utf-8")
        argv = [str(self._program), "template", name, str(archive), "--namespace=kube-system"]
        argv += ["--kube-version=1.36.4", f"--values={file}"]
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    def render(self, name: str, values: Mapping[str, Any]) -> Objects:
        """The objects by kind and name; the rendering must succeed."""
        done = self.run(name, values)
        assert done.returncode == 0, done.stderr
        objects = [item for item in yaml.safe_load_all(done.stdout) if item]
        return {(item["kind"], item["metadata"]["name"]): item for item in objects}


@pytest.fixture(scope="module")
def helm(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """Helm from the build cache."""
    return Helm(built.bin / "helm", tmp_path_factory.mktemp("helm"))


def filled(planned: SovereignPlan) -> dict[str, Any]:
    """The Cilium values as the program installs them."""
    addresses = [node.private_ip for node in planned.control_planes]
    mode = planned.api_server_address
    several = len(addresses) > 1 and mode == "control-plane-ip"
    urls = cilium.server_urls(addresses) if several else None
    host = cilium.server_host(mode, addresses[0])
    return cilium.fill(planned.cilium.values, host=host, urls=urls)


def controller_values(planned: SovereignPlan) -> dict[str, Any]:
    """The cloud controller's, as its component installs them."""
    return {**planned.cloud_controller.values, "podAnnotations": POD_ANNOTATIONS}


@st.composite
def everything(draw: st.DrawFn) -> dict[str, Any]:
    """A valid configuration with the features that `clusters` leaves at their defaults."""
    cluster = draw(clusters())
    metrics = draw(st.lists(st.sampled_from(HUBBLE_METRICS), unique=True, max_size=3))
    cluster["cilium"]["hubble"]["metrics"] = metrics
    cluster["cilium"]["hostFirewall"] = draw(st.booleans())
    return cluster


SCHEMAS = {
    name: Draft7Validator(
        json.loads((charts.directory(name) / "values.schema.json").read_text("utf-8"))
    )
    for name in charts.NAMES
}


@settings(max_examples=CHECKED, deadline=None)
@given(everything())
def test_the_schemas_take_what_any_configuration_produces(cluster: dict[str, Any]) -> None:
    """Every profile and feature of the plan, the API server's address filled in."""
    planned = plan(cluster)
    assert list(SCHEMAS[model.CHART].iter_errors(filled(planned))) == []
    assert list(SCHEMAS[CHART].iter_errors(controller_values(planned))) == []


@settings(
    max_examples=RENDERED,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cluster=everything())
def test_any_configuration_is_rendered_with_what_the_ready_gate_waits_for(
    helm: Helm, cluster: dict[str, Any]
) -> None:
    """Each workload of the plan's components is in the rendering, and no other."""
    planned = plan(cluster)

    found = helm.render(model.CHART, filled(planned))
    found |= helm.render(CHART, controller_values(planned))

    awaited = {(part.kind, part.name) for part in planned.components}
    workloads = {
        (kind.lower(), name) for kind, name in found if kind in ("DaemonSet", "Deployment")
    }
    assert workloads == {pair for pair in awaited if pair[1] in OF_CHARTS}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (model.CHART, "kubeProxyReplacment"),
        (model.CHART, "encryption.strictMode.enabled"),
        (model.CHART, "hubble.relay.tolerations"),
        (model.CHART, "k8sServiceHostRef"),
        (CHART, "networking.clusterCidr"),
        (CHART, "replicaCount"),
    ],
)
def test_helm_refuses_a_key_that_sovereign_cannot_produce(helm: Helm, name: str, path: str) -> None:
    """Misspelt, of another chart line, or never set: the real chart would ignore some of them."""
    values: Any = True
    for key in reversed(path.split(".")):
        values = {key: values}

    done = helm.run(name, values)

    last = path.rpartition(".")[2]
    assert done.returncode == 1
    assert f"additional properties '{last}' not allowed" in done.stderr


@pytest.mark.parametrize(
    "change",
    [
        {"encryption": {"enabled": True, "type": "wiregaurd"}},
        {"routingMode": "native"},
        {"kubeProxyReplacement": "strict"},
        {"k8s": {"apiServerURLs": ["https://10.0.1.2:6443"]}},
        {"l2announcements": {"enabled": True}},
    ],
)
def test_helm_refuses_a_value_that_sovereign_cannot_produce(
    helm: Helm, change: dict[str, Any]
) -> None:
    """Also where Cilium's own schema takes any text."""
    assert "specifications of the schema" in helm.run(model.CHART, change).stderr


def test_hubbles_ui_needs_its_relay(helm: Helm) -> None:
    """As the real chart, it says so at rendering."""
    values = {"hubble": {"enabled": True, "ui": {"enabled": True}}}

    said = helm.run(model.CHART, values).stderr

    assert model.render_failure(HelmValues(values)) in said
    assert "execution error at (cilium/templates/validate.yaml" in said


def test_agent_and_operator_are_told_where_the_api_is(helm: Helm) -> None:
    """In their own environment, all servers where there are several."""
    found = helm.render(model.CHART, filled(plan(HIGHLY_AVAILABLE)))

    for kind, name in (("DaemonSet", "cilium"), ("Deployment", "cilium-operator")):
        environment = variables(found[kind, name])
        assert environment["KUBERNETES_SERVICE_HOST"] == "10.0.1.2"
        assert environment["KUBERNETES_SERVICE_PORT"] == "6443"
        assert environment["CILIUM_K8S_API_SERVER_URLS"] == (
            "https://10.0.1.2:6443 https://10.0.1.3:6443 https://10.0.1.4:6443"
        )


def test_node_local_agents_look_on_their_own_host(helm: Helm) -> None:
    """Without a list of servers: every k3s node has a balancer there."""
    planned = plan(dev(apiServerAddress="node-local"))

    environment = variables(helm.render(model.CHART, filled(planned))["DaemonSet", "cilium"])

    assert environment["KUBERNETES_SERVICE_HOST"] == "127.0.0.1"
    assert environment["KUBERNETES_SERVICE_PORT"] == "6444"
    assert "CILIUM_K8S_API_SERVER_URLS" not in environment


def test_pods_tolerate_what_the_node_model_says_they_do(helm: Helm) -> None:
    """Model and charts are read from the same real charts, so they agree."""
    planned = plan(dev())
    values = HelmValues(filled(planned))
    controller = CloudController("1.35.0", HelmValues(controller_values(planned)), None)
    expected = [
        ("DaemonSet", model.agent()),
        ("DaemonSet", model.envoy()),
        ("Deployment", model.operator(values)),
        *(("Deployment", workload) for workload in model.hubble(values)),
        ("Job", model.certificate_job(values)),
        ("Deployment", controller.workload()),
    ]

    found = helm.render(model.CHART, filled(planned))
    found |= helm.render(CHART, controller_values(planned))

    for kind, workload in expected:
        spec = found[kind, workload.name]["spec"]
        pod = spec["template"]["spec"]
        assert set(tolerations(pod.get("tolerations", ()))) == set(workload.tolerations)
        assert set(workload.node_selector) <= set(pod.get("nodeSelector", {}).items())
        assert spec.get("replicas", 1) == workload.replicas
        assert ("podAntiAffinity" in pod.get("affinity", {})) == workload.apart


def test_a_changed_value_makes_new_pods_of_agent_and_operator(helm: Helm) -> None:
    """Their pods carry the sum of the configuration, so that a change reaches them."""
    planned = filled(plan(dev()))

    before = helm.render(model.CHART, planned)
    after = helm.render(model.CHART, {**planned, "MTU": 1400})

    for pair in (("DaemonSet", "cilium"), ("Deployment", "cilium-operator")):
        assert before[pair]["spec"]["template"] != after[pair]["spec"]["template"]


def test_an_archive_is_the_same_each_time_and_of_the_asked_version() -> None:
    """Its checksum says something, and Helm shows the version that was asked for."""
    assert charts.package(model.CHART, "1.19.6") == charts.package(model.CHART, "1.19.6")
    assert charts.package(model.CHART, "1.19.6") != charts.package(model.CHART, "1.20.2")


def variables(workload: Mapping[str, Any]) -> dict[str, Any]:
    """The environment of its first container."""
    (container, *_) = workload["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one.get("value") for one in container["env"]}
