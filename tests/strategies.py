"""Hypothesis strategies: configurations that a Sovereign accepts, as operators write them."""

from typing import Any

from hypothesis import strategies as st

from sovereign import catalog

_TABLES = catalog.load()
_ZONES = {"nbg1": ["nbg1", "fsn1", "hel1"], "fsn1": ["nbg1", "fsn1", "hel1"], "ash": ["ash"]}
_SERVER_TYPES = [*_TABLES.server_types["amd64"], *_TABLES.server_types["arm64"]]
_IMAGES = ["ubuntu-22.04", "ubuntu-24.04", "ubuntu-26.04", "debian-12", "debian-13", "rocky-9"]
_VERSIONS = [("1.20.2", "v1.36.4+k3s1"), ("1.20.0", "v1.33.1+k3s2"), ("1.19.6", "v1.35.5+k3s1")]
_RANGES = [
    ("10.0.0.0/16", "10.0.1.0/24", "10.42.0.0/16", "10.43.0.0/16"),
    ("10.0.0.0/16", "10.0.0.0/20", "10.42.0.0/17", "10.42.128.0/17"),
    ("192.168.0.0/16", "192.168.7.0/24", "10.64.0.0/14", "172.20.0.0/16"),
    ("172.16.0.0/24", "172.16.0.0/24", "10.42.0.0/16", "10.43.0.0/16"),
]
POOL_NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,6}[a-z0-9])?", fullmatch=True).filter(
    lambda name: (
        name not in {"control-plane", "deploy", "join", "cilium", "ready", "nodes"}
        and name not in {"workers", "network"}
    )
)


@st.composite
def node_groups(draw: st.DrawFn) -> dict[str, Any]:
    """What control plane and pools have in common, without ids."""
    optional: dict[str, Any] = {
        "serverType": st.sampled_from(_SERVER_TYPES),
        "image": st.sampled_from(_IMAGES),
        "labels": st.dictionaries(
            st.sampled_from(["example.com/tier", "zone", "team"]), st.sampled_from(["a", "b-1"])
        ),
        "taints": st.lists(
            st.fixed_dictionaries(
                {
                    "key": st.sampled_from(["dedicated", "example.com/gpu"]),
                    "effect": st.sampled_from(["NoSchedule", "NoExecute", "PreferNoSchedule"]),
                },
                optional={"value": st.sampled_from(["", "db"])},
            ),
            max_size=2,
            unique_by=lambda taint: (taint["key"], taint["effect"]),
        ),
    }
    return draw(st.fixed_dictionaries({}, optional=optional))


@st.composite
def clusters(draw: st.DrawFn) -> dict[str, Any]:
    """A valid `sovereign:cluster`: 1, 3 or 5 control planes, up to 4 pools, ranges that fit."""
    location = draw(st.sampled_from(sorted(_ZONES)))
    network = draw(st.sampled_from(_RANGES))
    servers = draw(st.sampled_from([1, 3, 5]))
    control_ids = draw(st.permutations(range(1, 10)))[:servers]
    names = draw(st.lists(POOL_NAMES, max_size=4, unique=True))
    worker_ids = draw(st.lists(st.integers(1, 230), min_size=len(names), max_size=24, unique=True))
    pools: dict[str, Any] = {}
    for index, name in enumerate(names):
        pools[name] = {**draw(node_groups()), "ids": worker_ids[index :: len(names)]}
        if draw(st.booleans()):
            pools[name]["location"] = draw(st.sampled_from(_ZONES[location]))
        if draw(st.booleans()) and pools[name]["ids"]:
            pools[name]["generations"] = {str(pools[name]["ids"][0]): draw(st.integers(1, 4))}
    cilium, k3s = draw(st.sampled_from(_VERSIONS))
    relay = draw(st.booleans())
    hubble = {"enabled": draw(st.booleans()), "relay": relay, "ui": relay and draw(st.booleans())}
    encryption = {"strictMode": draw(st.booleans()), "nodeEncryption": draw(st.booleans())}
    return {
        "name": draw(st.from_regex(r"[a-z][a-z0-9]{0,7}", fullmatch=True)),
        "location": location,
        "network": dict(zip(("cidr", "nodeCidr", "podCidr", "serviceCidr"), network, strict=True)),
        "controlPlane": {**draw(node_groups()), "ids": list(control_ids)},
        "pools": pools,
        "apiServerAddress": draw(st.sampled_from(["control-plane-ip", "node-local"])),
        "k3s": {"version": k3s},
        "cilium": {
            "version": cilium,
            "encryption": encryption,
            "hubble": hubble,
            "gatewayApi": {"enabled": draw(st.booleans())},
            "envoy": {"enabled": draw(st.booleans())},
            "mtu": draw(st.integers(1280, 1450)),
        },
        "ssh": {"port": draw(st.sampled_from([22, 2222]))},
        "hardening": draw(st.booleans()),
        "protect": draw(st.booleans()),
    }


OPERATORS = st.lists(
    st.sampled_from(["203.0.113.0/24", "198.51.100.7/32", "2001:db8::/32"]), unique=True
)
"""Valid `sovereign:operatorCidrs`, the empty list included."""
