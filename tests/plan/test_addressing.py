"""Addresses are functions of ids; ranges are private, exact and apart."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.plan import addressing

NODES = IPv4Network("10.0.1.0/24")
NETWORK = IPv4Network("10.0.0.0/16")


def test_the_first_control_plane_is_at_2_and_the_first_worker_at_20() -> None:
    """As the requirement fixes server 1: 10.0.1.(1 + id) and 10.0.1.(19 + id)."""
    assert [addressing.control_plane_ip(NODES, one) for one in (1, 9)] == ["10.0.1.2", "10.0.1.10"]
    assert [addressing.worker_ip(NODES, one) for one in (1, 2, 230)] == [
        "10.0.1.20",
        "10.0.1.21",
        "10.0.1.249",
    ]


def test_load_balancers_have_the_last_five_before_the_broadcast_address() -> None:
    """.250 to .254 of a /24."""
    assert addressing.load_balancer_addresses(NODES) == tuple(
        f"10.0.1.{last}" for last in range(250, 255)
    )


def test_no_two_nodes_and_no_load_balancer_share_an_address() -> None:
    """Over the whole address plan, all of it usable."""
    servers = [addressing.control_plane_ip(NODES, one) for one in range(1, 10)]
    workers = [addressing.worker_ip(NODES, one) for one in range(1, 231)]
    balancers = addressing.load_balancer_addresses(NODES)
    everything = [*servers, *workers, *balancers]
    assert len(everything) == len(set(everything)) == 9 + 230 + 5
    assert all(addressing.usable(NODES, NETWORK, address) for address in [*servers, *workers])


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("10.0.1.0", "the subnet's own address"),
        ("10.0.1.255", "broadcast"),
        ("10.0.1.250", "a load balancer's"),
        ("10.0.2.1", "outside"),
    ],
)
def test_a_reserved_address_is_no_nodes(address: str, reason: str) -> None:
    """Hetzner's and ours."""
    assert not addressing.usable(NODES, NETWORK, address), reason


def test_the_networks_first_address_is_hetzners_gateway() -> None:
    """It is lost where the subnet begins the network, and usable elsewhere."""
    whole = IPv4Network("10.0.1.0/24")
    assert not addressing.usable(whole, whole, "10.0.1.1")
    assert addressing.usable(NODES, NETWORK, "10.0.1.1")


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1/16",
        "10.0.0.0",
        "10.0.0.0/255.255.0.0",
        "10.0.0.0/33",
        "fd00::/48",
        "x/8",
        "",
        "/8",
    ],
)
def test_only_an_exact_ipv4_range_is_a_range(text: str) -> None:
    """Without host bits, with its prefix length."""
    assert addressing.parse_range(text) is None


def test_an_operators_block_may_be_of_either_family() -> None:
    """But must have its prefix length: Hetzner takes no bare address."""
    assert str(addressing.parse_block("2001:db8::/32")) == "2001:db8::/32"
    assert addressing.parse_block("203.0.113.7") is None


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("10.0.0.0/8", True),
        ("172.31.0.0/16", True),
        ("192.168.3.0/24", True),
        ("172.32.0.0/16", False),
        ("100.64.0.0/10", False),
        ("10.0.0.0/7", False),
    ],
)
def test_private_is_what_rfc_1918_says(text: str, private: bool) -> None:
    """All of the range."""
    network = IPv4Network(text)
    assert addressing.is_private(network) is private


@given(
    st.lists(st.tuples(st.integers(0, 255), st.integers(8, 24)), min_size=2, max_size=5).map(
        lambda found: {
            str(index): IPv4Network(f"10.{second}.0.0/{prefix}", strict=False)
            for index, (second, prefix) in enumerate(found)
        }
    )
)
def test_overlaps_are_exactly_the_pairs_that_share_an_address(
    ranges: dict[str, IPv4Network],
) -> None:
    """Compared with the ends of the ranges."""

    def share(a: IPv4Network, b: IPv4Network) -> bool:
        return a[0] <= b[-1] and b[0] <= a[-1]

    names = list(ranges)
    expected = [
        (a, b) for i, a in enumerate(names) for b in names[i + 1 :] if share(ranges[a], ranges[b])
    ]
    assert addressing.overlaps(ranges) == expected
