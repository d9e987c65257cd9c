"""The cluster's API as far as the model has one: objects, definitions, releases of other charts,
what they need."""

from typing import Any

import pytest

from rehearsal.nodes.ports import ApiRefused, Release
from tests.rehearsal.nodes.change import SERVER, Change
from tests.rehearsal.nodes.planned import dev_plan
from tests.rehearsal.nodes.rehearsed import Rehearsed


@pytest.fixture
def healthy() -> Rehearsed:
    """The dev Sovereign, Ready."""
    return Rehearsed(dev_plan()).bring_up()


def deployment(namespace: str = "default", **pod: Any) -> dict[str, Any]:
    """A Deployment of two pods."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"replicas": 2, "template": {"spec": pod}},
    }


def component(rehearsed: Rehearsed, name: str) -> tuple[bool, str]:
    """Whether a component is Ready, and why not."""
    parts = {part.name: part for part in rehearsed.model.status().components}
    return parts[name].ready, parts[name].reason


def test_an_object_keeps_its_identity_and_changes_its_version(healthy: Rehearsed) -> None:
    """The uid is of the object, the resourceVersion of each write."""
    created = healthy.model.apply_object(healthy.kubeconfig, deployment())
    updated = healthy.model.apply_object(healthy.kubeconfig, deployment(nodeSelector={}))
    healthy.model.delete_object(healthy.kubeconfig, deployment())
    anew = healthy.model.apply_object(healthy.kubeconfig, deployment())

    assert created["metadata"]["uid"] == updated["metadata"]["uid"] != anew["metadata"]["uid"]
    versions = [int(one["metadata"]["resourceVersion"]) for one in (created, updated, anew)]
    assert versions == sorted(set(versions))


def test_a_deployment_is_ready_where_its_pods_fit(healthy: Rehearsed) -> None:
    """The workers are untainted in the end; a label that no node has keeps the pods waiting."""
    healthy.model.apply_object(healthy.kubeconfig, deployment())
    assert component(healthy, "deployment/default/web") == (True, "")

    healthy.model.apply_object(healthy.kubeconfig, deployment(nodeSelector={"disk": "ssd"}))
    ready, reason = component(healthy, "deployment/default/web")
    assert not ready
    assert "3 node(s) didn't match Pod's node affinity/selector" in reason


def test_a_namespace_comes_before_what_is_in_it_and_takes_it_along(healthy: Rehearsed) -> None:
    """As the API says it."""
    with pytest.raises(ApiRefused, match='namespaces "shop" not found'):
        healthy.model.apply_object(healthy.kubeconfig, deployment("shop"))

    shop = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    healthy.model.apply_object(healthy.kubeconfig, shop)
    healthy.model.apply_object(healthy.kubeconfig, deployment("shop"))
    assert component(healthy, "deployment/shop/web")[0]
    healthy.model.delete_object(healthy.kubeconfig, shop)
    assert "deployment/shop/web" not in [p.name for p in healthy.model.status().components]


@pytest.mark.parametrize("field", ["apiVersion", "kind", "metadata"])
def test_an_incomplete_object_is_refused(healthy: Rehearsed, field: str) -> None:
    """Version, kind and name are required."""
    manifest = {key: value for key, value in deployment().items() if key != field}
    with pytest.raises(ApiRefused, match="is required"):
        healthy.model.apply_object(healthy.kubeconfig, manifest)


@pytest.mark.parametrize(
    ("version", "kind"),
    [("cilium.io/v2", "CiliumNetworkPolicy"), ("gateway.networking.k8s.io/v1", "Gateway")],
)
def test_a_kind_exists_with_its_definition(healthy: Rehearsed, version: str, kind: str) -> None:
    """Cilium's operator brings Cilium's, the manifests those of the Gateway API."""
    manifest = {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}
    assert healthy.model.apply_object(healthy.kubeconfig, manifest)["metadata"]["uid"]

    bare = Rehearsed(dev_plan(), Change("manifests", "gateway")).bring_up()
    with pytest.raises(ApiRefused, match=f'no matches for kind "{kind}" in version'):
        bare.model.apply_object(bare.kubeconfig, manifest)


def test_a_definition_that_is_applied_makes_its_kind_known(healthy: Rehearsed) -> None:
    """And a deleted one unknown."""
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "policies.example.org"},
    }
    manifest = {"apiVersion": "example.org/v1", "kind": "Policy", "metadata": {"name": "x"}}
    healthy.model.apply_object(healthy.kubeconfig, definition)
    assert healthy.model.apply_object(healthy.kubeconfig, manifest)
    healthy.model.delete_object(healthy.kubeconfig, definition)
    with pytest.raises(ApiRefused, match="no matches for kind"):
        healthy.model.apply_object(healthy.kubeconfig, manifest)


def test_a_secrets_values_are_not_given_back(healthy: Rehearsed) -> None:
    """What the API adds is no secret; a copy of the values would not be marked as one."""
    live = healthy.model.apply_object(healthy.kubeconfig, healthy.secret())
    assert "hcloud-token" not in str(live)
    assert set(live) == {"apiVersion", "kind", "metadata"}


def test_another_chart_is_recorded_as_one_component(healthy: Rehearsed) -> None:
    """Ready where a pod without tolerations fits; gone when it is uninstalled."""
    release = Release("metrics", "default", "prometheus", "1.0.0", {"password": "hidden"})
    healthy.model.install_release(healthy.kubeconfig, release)
    assert component(healthy, "release/default/metrics") == (True, "")
    assert "hidden" not in str(healthy.model.state)

    healthy.model.uninstall_release(healthy.kubeconfig, "metrics", "default")
    healthy.model.uninstall_release(healthy.kubeconfig, "metrics", "default")
    names = [part.name for part in healthy.model.status().components]
    assert "release/default/metrics" not in names


def test_without_cilium_no_node_is_ready_any_more(healthy: Rehearsed) -> None:
    """Ready is computed at every look, and kept nowhere."""
    healthy.model.uninstall_release(healthy.kubeconfig, "cilium", "kube-system")
    assert {node.ready for node in healthy.model.status().nodes} == {False}


@pytest.mark.parametrize("text", ["", "text", "a: b\n", "[\n"])
def test_a_kubeconfig_that_is_none_is_refused(healthy: Rehearsed, text: str) -> None:
    """Before anything is dialed."""
    with pytest.raises(ApiRefused, match="invalid configuration"):
        healthy.model.install_release(text, healthy.cilium_release())


def test_a_charts_name_and_version_come_from_its_archive_too(healthy: Rehearsed) -> None:
    """A path or a URL says the same as name and version do."""
    planned = healthy.controller_release()
    old = Release(planned.name, planned.namespace, f"/charts/{planned.name}-1.29.0.tgz", "", {})
    healthy.model.install_release(healthy.kubeconfig, old)

    ready, reason = component(healthy, f"deployment/kube-system/{planned.name}")
    assert not ready
    assert "panic" in reason
    assert SERVER in reason


def test_pods_need_service_addresses_that_somebody_serves() -> None:
    """Without kube-proxy and without Cilium in its place, CoreDNS runs into its timeout."""
    own = Change("k3s", "disable-cloud-controller", None, SERVER)
    rehearsed = Rehearsed(dev_plan(), own).bring_up()
    assert component(rehearsed, "deployment/kube-system/coredns") == (True, "")

    rehearsed.change = Change("cilium", "kubeProxyReplacement", False)
    rehearsed.release("cilium", rehearsed.cilium_release())
    ready, reason = component(rehearsed, "deployment/kube-system/coredns")
    assert not ready
    assert "dial tcp 10.43.0.1:443: i/o timeout" in reason
