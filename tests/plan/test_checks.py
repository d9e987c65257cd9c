"""What is refused because values do not fit together: each with its arithmetic or reason."""

from typing import Any

import pytest

from tests.configurations import dev, problem, problems

WRITE_IDS = "write `ids: [1, 2]`, or `count: 2` with `firstId: 1`"
PRIVATE = "must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918)"
KERNEL = 'add `imageKernel: "6.8"` beside it with the kernel that `uname -r` shows'

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "pods inside the network": (
        {"network": {"podCidr": "10.0.128.0/17"}},
        (
            "network.podCidr: found '10.0.128.0/17'; overlaps network.cidr 10.0.0.0/16: an address "
            "would mean two things; choose disjoint ranges"
        ),
    ),
    "services inside the pods": (
        {"network": {"serviceCidr": "10.42.128.0/17"}},
        (
            "network.serviceCidr: found '10.42.128.0/17'; overlaps network.podCidr 10.42.0.0/16: "
            "an "
            "address would mean two things; choose disjoint ranges"
        ),
    ),
    "nodes outside the network": (
        {"network": {"nodeCidr": "10.1.1.0/24"}},
        (
            "network.nodeCidr: found '10.1.1.0/24'; the nodes' subnet must lie inside the network "
            "10.0.0.0/16; move or widen one of them"
        ),
    ),
    "a range with host bits": (
        {"network": {"podCidr": "10.42.0.1/16"}},
        (
            "network.podCidr: found '10.42.0.1/16'; must be an IPv4 range without host bits; "
            "write for example 10.0.0.0/16"
        ),
    ),
    "a public range": (
        {"network": {"podCidr": "8.8.0.0/16"}},
        f"network.podCidr: found '8.8.0.0/16'; {PRIVATE}; choose a private range",
    ),
    "a network of four addresses": (
        {"network": {"cidr": "10.0.0.0/25", "nodeCidr": "10.0.0.0/25"}},
        (
            "network.cidr: found '10.0.0.0/25'; a Hetzner network is at least a /24, this is a "
            "/25; "
            "widen it"
        ),
    ),
    "too few pod ranges": (
        {"network": {"podCidr": "10.42.0.0/23"}},
        (
            "network.podCidr: found '10.42.0.0/23'; each node takes a /24 of it: room for 2 nodes, "
            "3 > 2; widen the pod range"
        ),
    ),
    "no pod range at all": (
        {"network": {"podCidr": "10.42.0.0/25"}},
        (
            "network.podCidr: found '10.42.0.0/25'; each node takes a /24 of it, a /25 holds none; "
            "widen the pod range"
        ),
    ),
    "a node beyond its subnet": (
        {"network": {"nodeCidr": "10.0.1.0/27"}, "pools": {"a": {"ids": [13]}}},
        (
            "pools.a.ids: found 13; its address 10.0.1.32 is outside 10.0.1.0/27 or reserved "
            "there; "
            "choose another id or a wider nodeCidr"
        ),
    ),
    "a node at a load balancer's address": (
        {"network": {"nodeCidr": "10.0.1.0/27"}, "pools": {"a": {"ids": [7]}}},
        (
            "pools.a.ids: found 7; its address 10.0.1.26 is outside 10.0.1.0/27 or reserved there; "
            "choose another id or a wider nodeCidr"
        ),
    ),
    "an even number of control planes": (
        {"controlPlane": {"ids": [1, 2]}},
        (
            "controlPlane.ids: found [1, 2]; 2 servers need 2 for a quorum and survive the loss of "
            "0, "
            "no more than 1 would: the number must be odd; use 1, 3 or 5 ids"
        ),
    ),
    "four control planes": (
        {"controlPlane": {"ids": [1, 2, 3, 4]}},
        (
            "controlPlane.ids: found [1, 2, 3, 4]; 4 servers need 3 for a quorum and survive the "
            "loss "
            "of 1, no more than 3 would: the number must be odd; use 1, 3 or 5 ids"
        ),
    ),
    "no control plane": (
        {"controlPlane": {"ids": []}},
        "controlPlane.ids: found []; a Sovereign has at least one control plane; use [1]",
    ),
    "a replaced single control plane": (
        {"controlPlane": {"ids": [1], "generations": {1: 2}}},
        (
            "controlPlane.generations.1: found a raised generation; replacing the only control "
            "plane "
            "loses the cluster: no other one is there to join; go to 3 control planes first, or "
            "destroy and restore from a snapshot"
        ),
    ),
    "a count without its first id": (
        {"pools": {"a": {"count": 2}}},
        (
            "pools.a: found only one of them; count needs firstId, so that removing another pool "
            "moves "
            f"no node; {WRITE_IDS}"
        ),
    ),
    "control planes counted from nowhere": (
        {"controlPlane": {"ids": None, "count": 3}},
        (
            "controlPlane: found only one of them; count needs firstId, so that removing another "
            "pool "
            f"moves no node; {WRITE_IDS}"
        ),
    ),
    "both ids and a count": (
        {"pools": {"a": {"ids": [1], "count": 2, "firstId": 1}}},
        f"pools.a: found both; ids and count with firstId exclude each other; {WRITE_IDS}",
    ),
    "a pool without ids": (
        {"pools": {"a": {}}},
        f"pools.a: found no ids; a pool lists the stable ids of its nodes; {WRITE_IDS}",
    ),
    "a repeated id": (
        {"pools": {"a": {"ids": [3, 3]}}},
        "pools.a.ids: found [3, 3]; an id names one node; remove the repeated id",
    ),
    "an id in two pools": (
        {"pools": {"a": {"ids": [1, 2]}, "b": {"ids": [2, 3]}}},
        (
            "pools: found id 2 in a, b; a worker's address follows from its id, so ids are unique "
            "over "
            "all pools; give one another id"
        ),
    ),
    "counted ids beyond the last": (
        {"controlPlane": {"ids": None, "count": 3, "firstId": 8}},
        (
            "controlPlane.firstId: found 8; ids go from 1 to 9, these are 8 to 10; "
            "choose a lower firstId or count"
        ),
    ),
    "a generation of nobody": (
        {"pools": {"a": {"ids": [1], "generations": {7: 2}}}},
        (
            "pools.a.generations.7: found a generation; there is no node with id 7 in this group; "
            "remove it"
        ),
    ),
    "a pool in another zone": (
        {"pools": {"a": {"ids": [1], "location": "ash"}}},
        (
            "pools.a.location: found 'ash'; all servers of a network are in one zone, eu-central: "
            "nbg1, fsn1, hel1; choose one of these"
        ),
    ),
    "more servers than a network takes": (
        {"pools": {"a": {"ids": list(range(1, 61))}, "b": {"count": 40, "firstId": 61}}},
        (
            "pools: found 101 servers; a Hetzner network takes 100 attachments: 1 (controlPlane) + "
            "60 (pools.a) + 40 (pools.b) = 101; use fewer or larger servers"
        ),
    ),
    "more groups than a project takes": (
        {
            "pools": {
                "a": {"ids": list(range(1, 230, 10))},
                "b": {"ids": list(range(2, 230, 10))},
                "c": {"ids": list(range(3, 230, 10))},
            }
        },
        "pools: found 70 groups; a project takes 50 groups, these ids need 70; use denser ids",
    ),
    "a host name of 66 characters": (
        {"name": "a" * 32, "pools": {"b" * 31: {"ids": [1]}}},
        (
            f"pools.{'b' * 31}: found '{'b' * 31}'; the host name {'a' * 32}-{'b' * 31}-1 has 66 "
            "characters, 63 fit; shorten the cluster's or the pool's name"
        ),
    ),
    "a key in the place of the program's own": (
        {"ssh": {"extraKeys": {"deploy": "ssh-ed25519 AAAA"}}},
        (
            "ssh.extraKeys.deploy: found a key; is the name of the key with which the program "
            "itself "
            "logs in; choose another name"
        ),
    ),
    "a type that is gone": (
        {"controlPlane": {"serverType": "cx22"}},
        (
            "controlPlane.serverType: found 'cx22'; this type can no longer be ordered; "
            "use for example cpx32"
        ),
    ),
    "an old image": (
        {"controlPlane": {"image": "ubuntu-20.04"}},
        (
            "controlPlane.image: found 'ubuntu-20.04'; its kernel 5.4 is older than 5.10, which "
            "Cilium's eBPF needs; use for example ubuntu-24.04"
        ),
    ),
    "an image of one's own": (
        {"controlPlane": {"image": "golden"}},
        (
            "controlPlane.image: found 'golden'; the kernel of this image is not known here, "
            "Cilium "
            f"needs 5.10 or newer; {KERNEL}"
        ),
    ),
    "an image of one's own with an old kernel": (
        {"controlPlane": {"image": "golden", "imageKernel": "5.9"}},
        (
            "controlPlane.image: found 'golden'; its kernel 5.9 is older than 5.10, which Cilium's "
            "eBPF needs; use for example ubuntu-24.04"
        ),
    ),
    "an untested Cilium line": (
        {"cilium": {"version": "1.18.3"}},
        "cilium.version: found '1.18.3'; tested lines are 1.20, 1.19; use 1.20.2",
    ),
    "a Cilium that sizes WireGuard wrong": (
        {"cilium": {"version": "1.19.4"}, "k3s": {"version": "v1.35.1+k3s1"}},
        (
            "cilium.version: found '1.19.4'; 1.19.5 is the lowest of line 1.19: older ones size "
            "WireGuard's MTU wrong; use 1.19.5 or newer"
        ),
    ),
    "a Kubernetes that is too new": (
        {"k3s": {"version": "v1.37.1+k3s1"}},
        (
            "k3s.version: found 'v1.37.1+k3s1'; Cilium 1.20 is tested with Kubernetes 1.33 to "
            "1.36; "
            "choose a pair inside the matrix"
        ),
    ),
    "a Kubernetes that is too old": (
        {"k3s": {"version": "v1.32.9+k3s1"}},
        (
            "k3s.version: found 'v1.32.9+k3s1'; Cilium 1.20 is tested with Kubernetes 1.33 to "
            "1.36; "
            "choose a pair inside the matrix"
        ),
    ),
    "a cloud controller that panics": (
        {"cloudController": {"version": "1.30.0"}},
        (
            "cloudController.version: found '1.30.0'; below 1.30.1 it panics since the datacenter "
            "field left Hetzner's API (2026-07-01); use 1.30.1 or newer"
        ),
    ),
    "a UI that reads from nowhere": (
        {"cilium": {"hubble": {"relay": False}}},
        (
            "cilium.hubble.ui: found True; the UI reads from the relay, without it nothing is "
            "shown; "
            "switch the relay on or the UI off"
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_its_arithmetic_or_reason(case: str) -> None:
    """One problem, with the path as it stands in the file."""
    changes, text = REFUSED[case]
    assert str(problem(dev(**changes))) == text


ACCEPTED: dict[str, dict[str, Any]] = {
    "a network that is its own subnet": {
        "network": {"cidr": "10.0.1.0/24", "nodeCidr": "10.0.1.0/24"}
    },
    "exactly enough pod ranges": {
        "network": {"podCidr": "10.42.0.0/23"},
        "pools": {"a": {"ids": [1]}},
    },
    "exactly 100 attachments": {"pools": {"a": {"count": 99, "firstId": 1}}},
    "five control planes": {"controlPlane": {"ids": [1, 3, 5, 7, 9]}},
    "a replaced control plane among three": {
        "controlPlane": {"ids": [1, 2, 3], "generations": {1: 2}}
    },
    "a host name of 63 characters": {"name": "a" * 32, "pools": {"b" * 28: {"ids": [1]}}},
    "a pool in the same zone": {"pools": {"a": {"ids": [1], "location": "hel1"}}},
    "an image with a kernel at the floor": {
        "controlPlane": {"image": "golden", "imageKernel": "5.10"}
    },
    "the lowest cloud controller": {"cloudController": {"version": "1.30.1"}},
    "the lowest Cilium of a line": {"cilium": {"version": "1.20.0"}},
    "the last node before the load balancers": {"pools": {"a": {"ids": [230]}}},
    "no Hubble at all": {"cilium": {"hubble": {"enabled": False, "relay": False}}},
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_the_edge_is_accepted(case: str) -> None:
    """One step inside what is refused."""
    assert [str(one) for one in problems(dev(**ACCEPTED[case]))] == []


def test_an_unknown_server_type_is_answered_with_the_known_ones() -> None:
    """All that can be ordered."""
    found = problem(dev(controlPlane={"serverType": "cx99"}))
    assert (found.path, found.rule) == ("controlPlane.serverType", "unknown server type")
    assert found.fix.startswith("known: cx23, cx33, ")
    assert "cax41" in found.fix


@pytest.mark.parametrize("everyone", ["0.0.0.0/0", "::/0"])
def test_the_world_is_no_operator(everyone: str) -> None:
    """With the reason."""
    found = problem(dev(), operators=["203.0.113.0/24", everyone])
    assert str(found) == (
        f"sovereign:operatorCidrs[1]: found '{everyone}'; everyone on the internet would reach SSH "
        "and the Kubernetes API; list the addresses you work from"
    )


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (["0.0.0.0/1"], "50% of the IPv4 internet"),
        (["0.0.0.0/1", "128.0.0.0/1"], "100% of the IPv4 internet"),
        (["0.0.0.0/2", "64.0.0.0/2"], "50% of the IPv4 internet"),
        (["2000::/4"], "50% of the IPv6 internet"),
    ],
)
def test_halves_of_the_world_are_no_allow_list(blocks: list[str], said: str) -> None:
    """The union counts, as in the policy pack, not the text 0.0.0.0/0."""
    assert said in problem(dev(), operators=blocks).rule
    assert problems(dev(), operators=["0.0.0.0/2"]) == []


@pytest.mark.parametrize("text", ["203.0.113.7", "203.0.113.7/24", "home", "203.0.113.0/33"])
def test_an_operators_block_is_exact(text: str) -> None:
    """Hetzner takes no bare address."""
    assert str(problem(dev(), operators=[text])) == (
        f"sovereign:operatorCidrs[0]: found '{text}'; must be a CIDR block without host bits; "
        "write for example 203.0.113.7/32"
    )


def test_a_rule_takes_a_hundred_blocks() -> None:
    """One more is refused with the arithmetic."""
    blocks = [f"10.{second}.0.0/16" for second in range(101)]
    assert problems(dev(), operators=blocks[:100]) == []
    assert str(problem(dev(), operators=blocks)) == (
        "sovereign:operatorCidrs: found 101 blocks; a Hetzner firewall rule takes 100 blocks, "
        "101 > 100; summarize them into wider blocks"
    )


def test_user_data_over_32_kib_is_refused_for_each_node() -> None:
    """With its size, before any server is ordered."""
    found = problems(dev(), mirror="https://mirror.example/" + "m" * 12_000)
    assert [one.path for one in found] == ["dev-control-plane-1", "dev-default-1", "dev-default-2"]
    size = int(found[0].value.removesuffix(" bytes"))
    assert size > 32768
    assert found[0].rule == f"user_data takes 32768 bytes, this node's has {size}"
    assert found[0].fix == "shorten the artifact mirror's URL"
