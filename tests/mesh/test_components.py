"""The components register what the builders returned, unchanged, each object once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi_kubernetes.apps.v1 import Deployment

from sovereign import mesh
from sovereign.mesh.components.grafana_stack import GrafanaStack
from sovereign.mesh.components.manifests import Manifests
from sovereign.problems import ConfigError
from tests.recording import Monitor, Recording, session

APPLIED = [
    *mesh.default_deny(namespace="shop"),
    *mesh.block_metadata(),
    *mesh.circuit_breaker(service="shop/api"),
    *mesh.dashboard(service="shop/api"),
    *mesh.http_route(service="shop/api", port=80, gateway="shop/public"),
    *mesh.l2_pool(name="home", ranges=["192.168.1.240/28"]),
]


def _declared(program: Callable[[], object]) -> Recording:
    """What a program registers in a first preview."""

    def run() -> None:
        program()

    return asyncio.run(session(run, Monitor(Recording(), None, preview=True), {}))


def test_each_manifest_is_one_resource_of_its_own_kind() -> None:
    """Inputs are the manifests themselves; names tell kind, namespace and name."""
    recording = _declared(lambda: Manifests("shop", {"manifests": APPLIED}))
    found = {one.name: (one.type, dict(one.inputs)) for one in recording if one.custom}
    kinds = [
        ("shop-cilium-network-policy-shop-default-deny", "cilium.io/v2:CiliumNetworkPolicy"),
        (
            "shop-cilium-clusterwide-network-policy-block-metadata",
            "cilium.io/v2:CiliumClusterwideNetworkPolicy",
        ),
        ("shop-cilium-envoy-config-shop-api-circuit-breaker", "cilium.io/v2:CiliumEnvoyConfig"),
        ("shop-config-map-observability-dashboard-shop-api", "core/v1:ConfigMap"),
        ("shop-http-route-shop-app-route", "gateway.networking.k8s.io/v1:HTTPRoute"),
        ("shop-cilium-load-balancer-ip-pool-home", "cilium.io/v2:CiliumLoadBalancerIPPool"),
        (
            "shop-cilium-l2-announcement-policy-home",
            "cilium.io/v2alpha1:CiliumL2AnnouncementPolicy",
        ),
    ]
    assert found == {
        name: (f"kubernetes:{kind}", manifest)
        for (name, kind), manifest in zip(kinds, APPLIED, strict=True)
    }


def test_the_component_says_what_it_holds_and_is_their_parent() -> None:
    """Readable by policies before anything is created."""
    recording = _declared(lambda: Manifests("shop", {"manifests": APPLIED[:2]}))
    component = recording.one("sovereign:index:Manifests")
    names = [
        "CiliumNetworkPolicy shop/default-deny",
        "CiliumClusterwideNetworkPolicy block-metadata",
    ]
    assert component.inputs["objects"] == names
    assert recording.component_outputs[component.urn] == {"objects": names}
    assert {one.parent for one in recording if one.custom} == {"Manifests shop"}


def test_the_provider_of_the_package_is_pinned() -> None:
    """Without a version an engine takes whichever it has."""
    recording = _declared(lambda: Manifests("shop", {"manifests": APPLIED[:1]}))
    (policy,) = (one for one in recording if one.custom)
    assert policy.request.version.startswith("4.")


def test_manifests_that_cannot_stand_together_are_refused_before_any_is_registered() -> None:
    """The program ends with the reasons."""
    twice = [*APPLIED, *mesh.route_timeout(service="shop/api")]
    with pytest.raises(ConfigError, match="redirects a service to one listener"):
        _declared(lambda: Manifests("shop", {"manifests": twice}))


def test_the_grafana_stack_is_four_pinned_releases_without_a_secret() -> None:
    """Keys and password are named, not written."""
    storage = mesh.ObjectStorage("shop-observability")
    releases = mesh.grafana_stack(storage=storage)
    recording = _declared(lambda: GrafanaStack("observability", {"releases": releases}))
    found = recording.of("kubernetes:helm.sh/v3:Release")
    assert sorted(one.inputs["name"] for one in found) == ["grafana", "loki", "mimir", "tempo"]
    for one, release in zip(found, sorted(releases, key=lambda one: one.name), strict=True):
        assert one.inputs["version"] == release.version
        assert one.inputs["values"] == release.values
        assert one.inputs["repositoryOpts"] == {"repo": release.repository}


def test_a_deployment_takes_probes_and_annotations_as_they_are() -> None:
    """An app stack puts them into its own objects."""
    container = {"name": "api", "image": "example/api:1.0.0", **mesh.probes()}
    template = {
        "metadata": {"annotations": mesh.pod_annotations(language="python")},
        "spec": {"containers": [container]},
    }
    spec: Any = {"selector": {"matchLabels": {"app": "api"}}, "template": template}
    recording = _declared(lambda: Deployment("api", spec=spec))
    found = recording.one("kubernetes:apps/v1:Deployment").inputs["spec"]["template"]
    assert found == template


def test_a_stack_keeps_its_own_options() -> None:
    """`opts` reach the component, and with it its children."""

    def program() -> object:
        opts = pulumi.ResourceOptions(protect=True)
        return Manifests("shop", {"manifests": APPLIED[:1]}, opts)

    (policy,) = (one for one in _declared(program) if one.custom)
    assert policy.request.protect is True
