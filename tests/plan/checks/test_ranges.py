"""Ranges and operators that are refused, each with its arithmetic or reason."""

from typing import Any

import pytest

from tests.configurations import dev, problem, problems

PRIVATE = "must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918)"

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
    "the last node before the load balancers": {"pools": {"a": {"ids": [230]}}},
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_the_edge_is_accepted(case: str) -> None:
    """One step inside what is refused."""
    assert [str(one) for one in problems(dev(**ACCEPTED[case]))] == []


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
