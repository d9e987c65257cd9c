"""examples/app-stack: what it registers fits together, and every cluster takes it."""

import asyncio
import json
import runpy
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
import yaml

from tests.configurations import ROOT
from tests.mesh.clusters import Accepts
from tests.recording import Monitor, Recording, session

EXAMPLE = ROOT / "examples" / "app-stack"


class Cluster:
    """Stands for the StackReference: the outputs of a Sovereign."""

    def __init__(self, name: str, opts: None) -> None:
        del name, opts

    def get_output(self, name: str) -> pulumi.Output[int | str]:
        return pulumi.Output.from_input(1 if name == "contractVersion" else f"the {name}")


@pytest.fixture(params=[False, True], ids=["as it is", "with instrumentation"])
def traced(request: pytest.FixtureRequest) -> bool:
    """Whether the operator is there."""
    return bool(request.param)


@pytest.fixture
def recorded(traced: bool, monkeypatch: pytest.MonkeyPatch) -> Recording:
    """The example, run with its own defaults."""
    monkeypatch.setattr(pulumi, "StackReference", Cluster)
    project = yaml.safe_load((EXAMPLE / "Pulumi.yaml").read_text(encoding="utf-8"))
    values = {key: found["default"] for key, found in project["config"].items()}
    assert values["instrumentation"] is False
    chosen = {**values, "instrumentation": traced}
    config = {
        f"sovereign:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in chosen.items()
    }
    monitor = Monitor(Recording(), None, preview=True)
    return asyncio.run(session(_run, monitor, config))


def _run() -> None:
    runpy.run_path(str(EXAMPLE), run_name="__main__")


def _manifests(recorded: Recording) -> list[dict[str, Any]]:
    return [dict(one.inputs) for one in recorded if one.parent == "Manifests hello"]


def _only(recorded: Recording, kind: str, name: str | None = None) -> Mapping[str, Any]:
    (found,) = (
        one.inputs
        for one in recorded
        if one.inputs.get("kind") == kind and name in (None, one.inputs["metadata"]["name"])
    )
    return found


def test_every_cluster_takes_its_objects(
    recorded: Recording, traced: bool, accepts: Accepts
) -> None:
    """Both lines, both channels; Instrumentation only where the operator is said to be there."""
    made = _manifests(recorded)
    accepts(made)
    kinds = {one["kind"] for one in made}
    assert kinds - {"Instrumentation"} == {
        "CiliumNetworkPolicy",
        "CiliumEnvoyConfig",
        "Gateway",
        "HTTPRoute",
    }
    assert ("Instrumentation" in kinds) is traced


def test_gateway_policy_service_and_pods_mean_the_same_pods_and_ports(recorded: Recording) -> None:
    """From the load balancer to the container there is no gap."""
    gateway, route = _only(recorded, "Gateway"), _only(recorded, "HTTPRoute")
    assert route["spec"]["parentRefs"][0]["name"] == gateway["metadata"]["name"]
    assert gateway["spec"]["listeners"][0]["tls"]["certificateRefs"][0]["name"] == "hello-tls"
    service = _only(recorded, "Service")
    backend = route["spec"]["rules"][0]["backendRefs"][0]
    (port,) = service["spec"]["ports"]
    assert (backend["name"], backend["port"]) == (service["metadata"]["name"], port["port"])
    pod = _only(recorded, "Deployment")["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert service["spec"]["selector"] == pod["metadata"]["labels"]
    assert container["ports"] == [{"containerPort": port["targetPort"]}]
    policy = _only(recorded, "CiliumNetworkPolicy", "hello-http")["spec"]
    assert policy["endpointSelector"]["matchLabels"] == pod["metadata"]["labels"]
    clients, through_gateway = policy["ingress"]
    elsewhere = clients["fromEndpoints"][0]["matchLabels"]["k8s:io.kubernetes.pod.namespace"]
    assert elsewhere != "hello", "a client in the closed namespace would need a way out of it"
    assert through_gateway["fromEntities"] == ["ingress"]
    assert through_gateway["toPorts"][0]["ports"][0]["port"] == str(port["targetPort"])
    probed = {container[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness")}
    assert probed == {port["targetPort"]}


def test_pods_opt_in_and_reach_the_collector_only_with_instrumentation(
    recorded: Recording, traced: bool
) -> None:
    """In a closed namespace the agent needs a way out; the collector's namespace is not touched."""
    pod = _only(recorded, "Deployment")["spec"]["template"]["metadata"]
    injected = {"instrumentation.opentelemetry.io/inject-python": "hello/default"}
    assert pod["annotations"] == (injected if traced else {})
    ports = [
        str(rule["toPorts"])
        for one in _manifests(recorded)
        if one["kind"] == "CiliumNetworkPolicy"
        for rule in one["spec"].get("egress", [])
        if rule
    ]
    assert any("4318" in port for port in ports) is traced
    assert {one["metadata"]["namespace"] for one in _manifests(recorded)} == {"hello"}


def test_objects_wait_for_their_namespace_and_use_the_stacks_cluster(recorded: Recording) -> None:
    """Never an ambient kubeconfig."""
    namespace = {"Namespace hello"}
    manifests = recorded.one("sovereign:index:Manifests")
    assert manifests.dependencies == namespace
    for kind in ("kubernetes:core/v1:Service", "kubernetes:apps/v1:Deployment"):
        assert recorded.one(kind).dependencies == namespace
    provider = recorded.one("pulumi:providers:kubernetes").urn
    for one in recorded:
        if one.type.startswith("kubernetes:"):
            assert one.request.provider.rpartition("::")[0] == provider, one.label


def test_it_can_be_read_in_one_go() -> None:
    """Fewer than 120 lines."""
    assert len((EXAMPLE / "__main__.py").read_text(encoding="utf-8").splitlines()) < 120
