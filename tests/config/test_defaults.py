"""Every default of `sovereign:cluster`, in one place."""

from sovereign.parsing import parse
from tests.configurations import OPERATORS, ROOT, dev

DEFAULTS = {
    "name": "dev",
    "location": "nbg1",
    "network": {
        "cidr": "10.0.0.0/16",
        "nodeCidr": "10.0.1.0/24",
        "podCidr": "10.42.0.0/16",
        "serviceCidr": "10.43.0.0/16",
    },
    "controlPlane": {
        "serverType": "cpx32",
        "fallbackTypes": [],
        "image": "ubuntu-24.04",
        "imageKernel": None,
        "firstId": None,
        "labels": {},
        "taints": None,
        "generations": {},
        "ids": [1],
        "count": None,
    },
    "pools": {},
    "apiServerAddress": "control-plane-ip",
    "k3s": {"version": "v1.36.4+k3s1"},
    "cilium": {
        "version": "1.20.2",
        "chart": None,
        "profile": "sovereign",
        "encryption": {"type": "wireguard", "strictMode": False, "nodeEncryption": False},
        "hubble": {
            "enabled": True,
            "relay": True,
            "ui": True,
            "metrics": [
                *("dns", "drop", "tcp", "flow", "icmp"),
                (
                    "httpV2:labelsContext=source_namespace,source_workload,"
                    "destination_namespace,destination_workload"
                ),
            ],
        },
        "gatewayApi": {"enabled": True},
        "envoy": {"enabled": True},
        "mtu": 1450,
        "blockMetadata": True,
        "hostFirewall": False,
    },
    "cloudController": {"version": "1.35.0"},
    "loadBalancer": {"kind": "hetzner", "zone": None},
    "ssh": {"port": 22, "extraKeys": {}, "dialErrorLimit": 60},
    "gates": {"addressS": 300, "joinS": 600, "apiS": 600, "readyS": 900},
    "hardening": True,
    "protect": False,
    "prices": None,
}


def test_a_name_is_all_that_must_be_said() -> None:
    """Everything else has this default."""
    settings = parse({"name": "dev"}, [])
    assert settings.cluster.model_dump(by_alias=True) == DEFAULTS
    assert (settings.operator_cidrs, settings.artifact_mirror) == ((), "")


def test_a_pool_has_the_defaults_of_the_control_plane_and_no_ids() -> None:
    """Its location is the Sovereign's."""
    pool = parse({"name": "dev", "pools": {"default": {}}}, []).cluster.pools["default"]
    group = {**DEFAULTS["controlPlane"], "ids": None, "location": None}  # type: ignore[dict-item]
    assert pool.model_dump(by_alias=True) == group


def test_the_committed_stack_says_nothing_but_defaults_and_its_pool() -> None:
    """Pulumi.dev.yaml is the smallest honest cluster, and holds no secret."""
    cluster = parse(dev(), OPERATORS).cluster.model_dump(by_alias=True)
    pool = cluster["pools"].pop("default")
    assert cluster == DEFAULTS
    assert (pool["serverType"], pool["image"], pool["ids"]) == ("cpx32", "ubuntu-24.04", [1, 2])
    text = (ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    assert not [word for word in ("seed", "token", "secure:", "PRIVATE") if word in text]


def test_a_taints_value_may_be_left_out() -> None:
    """As `key:effect` of kubectl."""
    taints = [{"key": "dedicated", "effect": "NoSchedule"}]
    pool = parse({"name": "dev", "pools": {"a": {"taints": taints}}}, []).cluster.pools["a"]
    assert pool.taints is not None
    assert pool.taints[0].value == ""


def test_own_prices_are_in_euro_unless_said_otherwise() -> None:
    """The other fields of a price book must be said."""
    prices = {"date": "2026-11-01", "source": "offer 7", "serverTypes": {"cpx32": 10}}
    found = parse({"name": "dev", "prices": prices}, []).cluster.prices
    assert found is not None
    said = found.model_dump(by_alias=True, exclude_unset=True, exclude={"currency"})
    assert (found.currency, said) == ("EUR", prices)


def test_own_prices_may_be_of_server_types_alone() -> None:
    """As before other positions were counted: those have none then, and are named in a plan."""
    prices = {"date": "2026-11-01", "source": "offer 7", "serverTypes": {"cpx32": 10}}
    found = parse({"name": "dev", "prices": prices}, []).cluster.prices
    assert found is not None
    assert (found.primary_ipv4, found.load_balancer_types, found.volume_per_gb) == (None, {}, None)
