"""The three ways of load balancing: said in words, and built."""

from pathlib import Path
from typing import Any, get_args

import pytest

from sovereign.config import LoadBalancerConfig
from sovereign.mesh.load_balancing import hetzner
from sovereign.mesh.load_balancing.choice import Kind, describe, options
from sovereign.mesh.load_balancing.l2 import l2_pool
from sovereign.plan.addressing import NETWORK_ZONES
from sovereign.problems import ConfigError
from tests.mesh.definitions import Definitions


def test_each_option_says_cost_region_and_failure() -> None:
    """And only layer 2 is refused, with the reason."""
    found = {option.kind: option for option in options()}
    assert list(found) == ["hetzner", "dns", "l2"]
    for option in found.values():
        labels = [label for label, text in option.rows() if text]
        assert labels[:5] == ["load balancing", "cost", "regions", "on failure", "fits"]
    assert [kind for kind, option in found.items() if option.refused] == ["l2"]
    assert "layer 3" in str(describe("l2").refused)
    assert ("refused", describe("l2").refused) in describe("l2").rows()
    assert "k8gb" in str(describe("dns").alternative)


def test_the_options_are_the_kinds_of_the_configuration() -> None:
    """The key and the words cannot drift apart; the default comes first."""
    field = LoadBalancerConfig.model_fields["kind"]
    assert get_args(field.annotation) == get_args(Kind)
    assert LoadBalancerConfig().kind == options()[0].kind == "hetzner"


def test_the_load_balancer_is_in_a_location_and_reaches_nodes_privately() -> None:
    """Without a location the controller makes nothing."""
    found = hetzner.annotations(location="hel1", name="public")
    assert found == {
        "load-balancer.hetzner.cloud/location": "hel1",
        "load-balancer.hetzner.cloud/type": "lb11",
        "load-balancer.hetzner.cloud/use-private-ip": "true",
        "load-balancer.hetzner.cloud/disable-private-ingress": "true",
        "load-balancer.hetzner.cloud/name": "public",
    }
    assert set(get_args(hetzner.Location)) == set(NETWORK_ZONES)


@pytest.mark.parametrize("cilium", ["1.19.6", "1.20.2"])
def test_the_pool_and_its_announcement_are_taken(cilium: str, reference: Path) -> None:
    """By both lines' definitions, with blocks of both forms and a selector."""
    definitions = Definitions(reference / f"cilium-{cilium}" / "crds")
    for made in (
        l2_pool(name="home", ranges=["192.168.1.240/28"]),
        l2_pool(
            name="home",
            ranges=["192.168.1.240-192.168.1.250", "fd00::/120"],
            services={"pool": "home"},
            interfaces=["^eth[0-9]+"],
        ),
    ):
        assert [definitions.errors(manifest) for manifest in made] == [[], []]


def test_pool_and_announcement_are_for_the_same_services() -> None:
    """An announced address without a pool, or the reverse, would be dead."""
    pool, policy = l2_pool(name="home", ranges=["192.168.1.240/28"], services={"pool": "home"})
    selector = {"matchLabels": {"pool": "home"}}
    assert pool["spec"]["serviceSelector"] == policy["spec"]["serviceSelector"] == selector
    assert policy["spec"]["loadBalancerIPs"] is True


@pytest.mark.parametrize(
    "ranges",
    [[], ["192.168.1.240/24"], ["192.168.1.9-192.168.1.1"], ["a-b"], ["192.0.2.1-2001:db8::1"]],
)
def test_a_pool_without_real_addresses_is_refused(ranges: list[str]) -> None:
    """Host bits, reversed ends, mixed families."""
    arguments: dict[str, Any] = {"name": "home", "ranges": ranges}
    with pytest.raises(ConfigError):
        l2_pool(**arguments)
