"""Pod ranges, packet sizes, routes: the arithmetic behind silent outages."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from rehearsal.nodes.cloud_controller import CloudController
from rehearsal.nodes.helm_values import HelmValues
from rehearsal.nodes.pod_network import (
    encryption_problem,
    mtu_problem,
    pod_ranges,
    route_problem,
    swallowed,
)
from rehearsal.nodes.project import PrivateNetwork
from rehearsal.nodes.secret_digest import digest


def values(**given: Any) -> HelmValues:
    """Helm values."""
    return HelmValues(given)


def test_every_node_gets_a_range_of_the_pool_that_is_in_force() -> None:
    """The cluster's own with mode kubernetes, else the pool of the values, else the chart's
    10.0.0.0/8."""
    pool = {"operator": {"clusterPoolIPv4PodCIDRList": ["10.99.0.0/16"]}}
    assert pod_ranges(values(ipam={"mode": "kubernetes"}), "10.42.0.0/16", 2) == (
        IPv4Network("10.42.0.0/24"),
        IPv4Network("10.42.1.0/24"),
    )
    assert pod_ranges(values(ipam=pool), "10.42.0.0/16", 1) == (IPv4Network("10.99.0.0/24"),)
    assert pod_ranges(values(), "10.42.0.0/16", 2)[1] == IPv4Network("10.0.1.0/24")


def test_an_address_is_swallowed_by_the_range_that_holds_it() -> None:
    """10.0.1.2 is in the second range of 10.0.0.0/8: one node does no harm, two do."""
    assert swallowed("10.0.1.2", pod_ranges(values(), "", 1)) is None
    assert swallowed("10.0.1.2", pod_ranges(values(), "", 2)) == IPv4Network("10.0.1.0/24")


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"MTU": 1450}, None),
        ({}, None),
        ({"MTU": 1500}, 1450),
        ({"MTU": 1500, "encryption": {"enabled": True, "type": "wireguard"}}, 1355),
        ({"MTU": 1500, "routingMode": "native"}, 1500),
    ],
)
def test_a_base_above_the_private_networks_loses_bulk(
    given: dict[str, Any], sent: int | None
) -> None:
    """What pods send is the base less the overheads; what travels is the base."""
    problem = mtu_problem(HelmValues(given), 1450)
    assert (f"lets pods send {sent} bytes" in problem) if sent else problem == ""


def test_native_routing_needs_pods_inside_the_network() -> None:
    """Hosts route the network's range to the gateway and nothing else."""
    native = values(routingMode="native")
    assert "no route to 10.42.0.0/16" in route_problem(native, ["10.0.0.0/16"], "10.42.0.0/16")
    assert route_problem(native, ["10.0.0.0/8"], "10.42.0.0/16") == ""
    assert route_problem(values(), ["10.0.0.0/16"], "10.42.0.0/16") == ""


@pytest.mark.parametrize(
    ("enabled", "kind", "clear"),
    [
        (True, "wireguard", False),
        (True, "ipsec", False),
        (True, "WireGuard", True),
        (False, "x", False),
    ],
)
def test_only_a_known_spelling_encrypts(enabled: bool, kind: str, clear: bool) -> None:
    """The chart compares texts and says nothing."""
    problem = encryption_problem(values(encryption={"enabled": enabled, "type": kind}))
    assert bool(problem) == clear


def test_a_route_that_overlaps_a_subnet_cannot_be_written() -> None:
    """hccm#214: `invalid gateway`; with routes off nothing is written."""
    networks = (PrivateNetwork(7, "dev", "10.0.0.0/16", ("10.0.1.0/24",)),)
    secret = {"token": digest("x"), "network": digest("dev")}
    off = {"HCLOUD_NETWORK_ROUTES_ENABLED": {"value": "false"}}
    controller = CloudController("1.35.0", values(networking={"enabled": True}), secret)
    quiet = CloudController("1.35.0", values(networking={"enabled": True}, env=off), secret)

    assert "invalid gateway" in controller.route_failure(IPv4Network("10.0.1.0/24"), networks)
    assert controller.route_failure(IPv4Network("10.42.1.0/24"), networks) == ""
    assert quiet.route_failure(IPv4Network("10.0.1.0/24"), networks) == ""
