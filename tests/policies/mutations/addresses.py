"""Firewalls, addresses and ranges, broken."""

from tests.policies.mutations.mutation import (
    FIREWALL_ATTACHMENT,
    JOIN,
    RELEASE,
    WORKER,
    Edit,
    add,
    mutation,
    put,
)
from tests.policies.registrations import Registrations


def opened(port: str | None, *sources: str, protocol: str = "tcp") -> Edit:
    """Return an edit that opens a port of the workers' firewall."""

    def edit(registrations: Registrations) -> None:
        rule = {"direction": "in", "protocol": protocol, "sourceIps": [*sources]}
        rules = registrations["Firewall dev-workers"].inputs["rules"]
        rules.append(rule if port is None else {**rule, "port": port})

    return edit


WORLD = ("0.0.0.0/0",)
ADDRESSES = [
    mutation("SSH open to the world", "world-open-ports", opened("22", *WORLD)),
    mutation("the API open to the IPv6 world", "world-open-ports", opened("6443", "::/0")),
    mutation("etcd in a range", "world-open-ports", opened("2000-2379", *WORLD)),
    mutation("kubelet by a missing port", "world-open-ports", opened(None, *WORLD)),
    mutation("node ports over udp", "world-open-ports", opened("32767", *WORLD, protocol="udp")),
    mutation(
        "two halves in two rules",
        "world-open-ports",
        opened("22", "0.0.0.0/1"),
        opened("20-30", "128.0.0.0/1"),
    ),
    mutation("SSH open to a quarter of the world", "world-open-ports", opened("22", "0.0.0.0/2")),
    mutation("an agent's way to the API", "world-open-ports", opened("6444", "::/0")),
    mutation("a server without a firewall", "server-firewall", put(WORKER, "firewallIds", [])),
    mutation("a server that asks for none", "server-firewall", put(WORKER, "firewallIds", ...)),
    mutation(
        "a firewall attached to others by their label",
        "server-firewall",
        put(WORKER, "firewallIds", ...),
        add(FIREWALL_ATTACHMENT, "fw", {"firewallId": 1, "labelSelectors": ["role!=worker"]}),
    ),
    mutation(
        "a firewall attached apart",
        "",
        put(WORKER, "firewallIds", ...),
        add(FIREWALL_ATTACHMENT, "fw", {"firewallId": 1, "labelSelectors": ["role in (worker)"]}),
    ),
    mutation(
        "no public address to protect",
        "",
        put(WORKER, "firewallIds", ...),
        put(WORKER, "publicNets", [{"ipv4Enabled": False, "ipv6Enabled": False}]),
    ),
    mutation(
        "101 CIDR blocks",
        "firewall-limit",
        opened("80", *(f"192.0.2.{number}/32" for number in range(101))),
    ),
    mutation("51 rules", "firewall-limit", *[opened("80", "192.0.2.7/32")] * 50),
    mutation("no network", "server-attached", put(WORKER, "networks", ...)),
    mutation("no pinned address", "server-address-pinned", put(WORKER, "networks.0.ip", ...)),
    mutation("no alias list", "server-address-pinned", put(WORKER, "networks.0.aliasIps", ...)),
    mutation(
        "a worker outside the subnet",
        "server-address-in-subnet",
        put(WORKER, "networks.0.ip", "10.0.2.20"),
    ),
    mutation(
        "two workers at one address",
        "server-address-in-subnet",
        put(WORKER, "networks.0.ip", "10.0.1.21"),
    ),
    mutation(
        "pods inside the network",
        "network-ranges ranges-agree",
        put("component Network", "podCidr", "10.0.128.0/17"),
    ),
    mutation(
        "load balancers outside the subnet",
        "network-ranges",
        put("component Network", "loadBalancerAddresses", ["10.0.2.250"]),
    ),
    mutation(
        "k3s knows another pod range",
        "ranges-agree",
        put(JOIN, "nodes.0.config.cluster-cidr", "10.52.0.0/16"),
    ),
    mutation("IPAM of the chart", "ipam-pod-range", put(RELEASE, "values.ipam", ...)),
    mutation(
        "a pool over the nodes",
        "ranges-agree",
        put(RELEASE, "values.ipam.mode", "cluster-pool"),
        put(RELEASE, "values.ipam.operator.clusterPoolIPv4PodCIDRList", ["10.0.0.0/14"]),
    ),
]
