"""Cilium's values: computed once, valid for the chart, with a hole for the API's address."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from sovereign.config import HTTP_METRIC
from sovereign.plan import cilium
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev

PAIRS = {"1.20.2": "v1.36.4+k3s1", "1.19.6": "v1.35.5+k3s1"}
EVERYTHING = {
    "encryption": {"strictMode": True, "nodeEncryption": True},
    "hubble": {"metrics": ["dns", "httpV2", "port-distribution"]},
}
NOTHING = {
    "hubble": {"enabled": False},
    "gatewayApi": {"enabled": False},
    "envoy": {"enabled": False},
}


def values(**changes: Any) -> dict[str, Any]:
    return dict(configurations.plan(dev(**changes)).cilium.values)


def test_it_replaces_kube_proxy_and_tunnels_over_vxlan() -> None:
    """Native routing needs a pod range inside the network."""
    wanted = {
        "kubeProxyReplacement": True,
        "kubeProxyReplacementHealthzBindAddr": "0.0.0.0:10256",
        "routingMode": "tunnel",
        "tunnelProtocol": "vxlan",
        "bpf": {"masquerade": True},
        "l2announcements": {"enabled": False},
    }
    assert {key: values()[key] for key in wanted} == wanted


def test_pods_get_addresses_from_kubernetes_and_never_from_the_charts_default() -> None:
    """The chart's 10.0.0.0/8 holds the nodes' own range."""
    assert values()["ipam"] == {"mode": "kubernetes"}
    assert values()["k8s"]["requireIPv4PodCIDR"] is True


def test_the_hole_is_for_the_host_and_the_port_follows_the_mode() -> None:
    """6443 of a control plane, or 6444 of every node's own balancer."""
    assert "k8sServiceHost" not in values()
    assert values()["k8sServicePort"] == 6443
    assert values(apiServerAddress="node-local")["k8sServicePort"] == 6444


def test_the_host_is_the_first_control_plane_or_loopback_with_node_local() -> None:
    """Loopback with 6444 only."""
    assert cilium.server_host("control-plane-ip", "10.0.1.2") == "10.0.1.2"
    assert cilium.server_host("node-local", "10.0.1.2") == "127.0.0.1"


def test_filling_the_hole_leaves_the_plan_as_it_is() -> None:
    """It is rendered three times."""
    planned = values()
    filled = cilium.fill(planned, host="10.0.1.2", urls="https://10.0.1.2:6443")
    assert planned == values()
    assert filled["k8sServiceHost"] == "10.0.1.2"
    assert filled["k8s"] == {"requireIPv4PodCIDR": True, "apiServerURLs": "https://10.0.1.2:6443"}
    assert "apiServerURLs" not in cilium.fill(planned, host="10.0.1.2", urls=None)["k8s"]


def test_server_urls_are_one_text() -> None:
    """A list is refused by the chart's schema."""
    urls = cilium.server_urls(["10.0.1.2", "10.0.1.3"])
    assert urls == "https://10.0.1.2:6443 https://10.0.1.3:6443"


def test_pod_traffic_is_encrypted_with_wireguard() -> None:
    """Between nodes; strict mode and node encryption on demand."""
    assert values()["encryption"] == {
        "enabled": True,
        "type": "wireguard",
        "nodeEncryption": False,
    }
    asked = values(cilium={"encryption": {"strictMode": True, "nodeEncryption": True}})
    assert asked["encryption"]["nodeEncryption"] is True
    assert asked["encryption"]["strictMode"] == {
        "egress": {"enabled": True, "cidr": "10.42.0.0/16", "allowRemoteNodeIdentities": True},
        "ingress": {"enabled": True},
    }


def test_the_mtu_is_the_networks_and_pods_get_what_is_left() -> None:
    """1450 - 50 for VXLAN - 95 for WireGuard (since 1.19.5) = 1305."""
    assert values()["MTU"] == 1450
    assert values(cilium={"mtu": 1400})["MTU"] == 1400
    assert (cilium.pod_route_mtu(1450), cilium.pod_route_mtu(1400)) == (1305, 1255)


@pytest.mark.parametrize(
    ("cluster", "replicas"), [(dev(pools={}), 1), (dev(), 2), (HIGHLY_AVAILABLE, 2)]
)
def test_operator_replicas_follow_the_number_of_nodes(cluster: Any, replicas: int) -> None:
    """Two on one node stay Pending."""
    assert configurations.plan(cluster).cilium.values["operator"]["replicas"] == replicas


def test_the_gateway_class_is_made_where_the_gateway_api_is_on() -> None:
    """`auto` looks at the API's capabilities, which may not be there yet."""
    assert values()["gatewayAPI"] == {"enabled": True, "gatewayClass": {"create": "true"}}
    assert values(cilium={"gatewayApi": {"enabled": False}})["gatewayAPI"] == {
        "enabled": False,
        "gatewayClass": {"create": "false"},
    }


def test_hubble_is_on_with_certificates_of_a_cron_job() -> None:
    """`helm` would make new ones at each rendering."""
    assert values()["hubble"] == {
        "enabled": True,
        "relay": {"enabled": True},
        "ui": {"enabled": True},
        "tls": {"auto": {"method": "cronJob"}},
        "metrics": {"enabled": ["dns", "drop", "tcp", "flow", "icmp", HTTP_METRIC]},
    }


def test_no_part_of_hubble_stays_on_without_hubble() -> None:
    """Relay, UI and metrics go with it."""
    hubble = values(cilium={"hubble": {"enabled": False}})["hubble"]
    assert [hubble["enabled"], hubble["relay"]["enabled"], hubble["ui"]["enabled"]] == [False] * 3
    assert hubble["metrics"]["enabled"] is None


def test_nothing_that_breaks_on_hetzner_or_is_deprecated_is_set() -> None:
    """No mutual authentication without SPIRE, no direct routes, no NIC names."""
    forbidden = {"authentication", "autoDirectNodeRoutes", "devices", "loadBalancer"}
    assert forbidden.isdisjoint(values(cilium=EVERYTHING))


def test_the_values_name_the_cluster() -> None:
    """Id 0: not in a cluster mesh."""
    assert values(name="prod")["cluster"] == {"name": "prod", "id": 0}


def test_components_to_wait_for_follow_the_values() -> None:
    """What is off has no workload."""
    everything = [part.reference for part in configurations.plan(dev()).components]
    assert everything[:5] == [
        "daemonset/kube-system/cilium",
        "deployment/kube-system/cilium-operator",
        "daemonset/kube-system/cilium-envoy",
        "deployment/kube-system/hubble-relay",
        "deployment/kube-system/hubble-ui",
    ]
    least = [part.reference for part in configurations.plan(dev(cilium=NOTHING)).components]
    assert least[:3] == [
        *everything[:2],
        "deployment/kube-system/hcloud-cloud-controller-manager",
    ]


def filled(version: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The values of three control planes, as Helm gets them."""
    cluster = dev(
        controlPlane={"ids": [1, 2, 3]},
        cilium={"version": version, **changes},
        k3s={"version": PAIRS[version]},
    )
    urls = cilium.server_urls(["10.0.1.2", "10.0.1.3", "10.0.1.4"])
    return cilium.fill(configurations.plan(cluster).cilium.values, host="10.0.1.2", urls=urls)


@pytest.fixture(scope="module", params=PAIRS)
def chart(request: pytest.FixtureRequest, reference: Path) -> tuple[str, Path]:
    """A chart version and its directory."""
    return request.param, reference / f"cilium-{request.param}" / "chart"


@pytest.mark.parametrize("changes", [{}, EVERYTHING, NOTHING], ids=["dev", "everything", "nothing"])
def test_the_charts_schema_accepts_the_values(
    chart: tuple[str, Path], changes: Mapping[str, Any]
) -> None:
    """Of both chart lines."""
    version, directory = chart
    schema = json.loads((directory / "values.schema.json").read_text(encoding="utf-8"))
    errors = Draft7Validator(schema).iter_errors(filled(version, changes))
    assert [f"{list(error.path)}: {error.message}" for error in errors] == []


def unknown(found: Mapping[str, Any], known: Any, path: str = "") -> Iterator[str]:
    """Keys that the chart does not have; below a free-form mapping anything goes."""
    for key, value in found.items():
        if not isinstance(known, Mapping) or key not in known:
            yield path + key
        elif isinstance(value, Mapping) and known[key] not in ({}, None):
            yield from unknown(value, known[key], f"{path}{key}.")


def test_every_key_that_is_set_is_one_of_the_chart(chart: tuple[str, Path]) -> None:
    """The schema alone would let a misspelt key pass; commented keys count by their line."""
    version, directory = chart
    text = (directory / "values.yaml").read_text(encoding="utf-8")
    missing = list(unknown(filled(version, EVERYTHING), yaml.safe_load(text)))
    assert [key for key in missing if f"# {key.rpartition('.')[2]}: " not in text] == []
    assert missing == ([] if version == "1.20.2" else ["k8s.apiServerURLs"])


def test_a_misspelt_key_would_be_noticed() -> None:
    """The walk itself."""
    known = {"a": {"b": 1}, "free": {}}
    assert list(unknown({"a": {"c": 1}, "free": {"x": 1}, "d": 2}, known)) == ["a.c", "d"]


def test_the_host_firewall_is_values_and_policies_together() -> None:
    """Off by default; on, the nodes' ports are closed but for their range and the operators."""
    closed = configurations.plan(dev(cilium={"hostFirewall": True}))
    plain = configurations.plan(dev())
    assert "hostFirewall" not in plain.cilium.values
    assert closed.cilium.values["hostFirewall"] == {"enabled": True}
    added = [one["metadata"]["name"] for one in closed.policies if one not in plain.policies]
    assert added == ["host-firewall", "host-firewall-control-plane"]
    text = str(closed.policies)
    assert closed.network.node_cidr in text
    assert all(operator in text for operator in closed.operator_cidrs)
