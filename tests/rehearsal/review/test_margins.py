"""How much of each limit is used."""

from dataclasses import replace

from rehearsal.review.landscape import landscape
from rehearsal.review.margins import Margin, margins
from tests.rehearsal.review.situations import SMALL, Cluster, workers


def found(cluster: Cluster) -> dict[str, Margin]:
    return {one.what: one for one in margins(landscape(cluster.resources()))}


def test_every_limit_counts_what_the_resources_say() -> None:
    """Attachments, groups, rules, bytes, names, addresses, pod ranges."""
    used = {what: one.used for what, one in found(SMALL).items()}
    assert used == {
        "servers and load balancers on the network": 3,
        "servers in a placement group": 2,
        "firewalls of the project": 1,
        "rules of a firewall": 1,
        "CIDR blocks of a firewall rule": 1,
        "bytes of user_data": 40,
        "characters of a server's name": 19,
        "addresses of control planes": 1,
        "addresses of workers": 2,
        "nodes' pod ranges in 10.42.0.0/16": 3,
    }


def test_the_fullest_one_is_named() -> None:
    """The group with two servers, the longest name."""
    assert found(SMALL)["servers in a placement group"].where == "dev-default-0"
    assert found(SMALL)["characters of a server's name"].where == "dev-control-plane-1"


def test_a_nearly_used_limit_is_marked() -> None:
    """From four fifths on: 80 attachments are, 79 are not."""
    eighty = found(Cluster((*SMALL.nodes[:1], *workers(79))))
    assert eighty["servers and load balancers on the network"].tight
    less = found(Cluster((*SMALL.nodes[:1], *workers(78))))
    assert not less["servers and load balancers on the network"].tight


def test_what_is_left_may_be_negative() -> None:
    """Where the limit is exceeded, by how much."""
    over = found(Cluster((*SMALL.nodes[:1], *workers(104))))
    assert over["servers and load balancers on the network"].left == -5


def test_a_small_pod_range_is_the_tightest() -> None:
    """A /22 holds four nodes' ranges."""
    small = replace(SMALL, ranges={**SMALL.ranges, "podCidr": "10.42.0.0/22"})
    assert found(small)["nodes' pod ranges in 10.42.0.0/22"].limit == 4
