"""The cloud controller: private network, no routes, load balancers inside the network."""

from tests import configurations
from tests.configurations import dev


def test_it_knows_the_pods_and_makes_no_routes() -> None:
    """Cilium tunnels; a route per node would count against the network's 100."""
    values = configurations.plan(dev()).cloud_controller.values
    assert values["networking"] == {"enabled": True, "clusterCIDR": "10.42.0.0/16"}
    assert values["env"]["HCLOUD_NETWORK_ROUTES_ENABLED"] == {"value": "false"}


def test_load_balancers_stand_in_the_sovereigns_location_and_use_private_addresses() -> None:
    """No ingress over the private address where Cilium replaces kube-proxy (HT#8)."""
    env = configurations.plan(dev(location="hel1")).cloud_controller.values["env"]
    assert env["HCLOUD_LOAD_BALANCERS_LOCATION"] == {"value": "hel1"}
    assert env["HCLOUD_LOAD_BALANCERS_USE_PRIVATE_IP"] == {"value": "true"}
    assert env["HCLOUD_LOAD_BALANCERS_DISABLE_PRIVATE_INGRESS"] == {"value": "true"}


def test_no_token_is_among_the_values() -> None:
    """The chart reads it from the Secret `hcloud`."""
    values = configurations.plan(dev()).cloud_controller.values
    assert "token" not in str(values).lower()


def test_it_is_waited_for() -> None:
    """By the name of its Deployment."""
    references = [part.reference for part in configurations.plan(dev()).components]
    assert "deployment/kube-system/hcloud-cloud-controller-manager" in references
