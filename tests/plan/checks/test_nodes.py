"""Nodes that do not fit together or into Hetzner's limits: refused with arithmetic or reason."""

from typing import Any

import pytest

from tests.configurations import dev, problem, problems

WRITE_IDS = "write `ids: [1, 2]`, or `count: 2` with `firstId: 1`"

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
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
            "loses the cluster: no other one is there to join; go to 3 control planes first; of "
            "several, let one of generation 1 stay (take in a new id for it, and never lower a "
            "number: that replaces the server, too)"
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
    "a label that a kubelet may not give itself": (
        {"pools": {"a": {"ids": [1], "labels": {"node-role.kubernetes.io/db": "a"}}}},
        (
            "pools.a.labels: found 'node-role.kubernetes.io/db'; a kubelet may not give itself "
            "this label and exits; use a prefix of your own, or node.kubernetes.io/"
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
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_its_arithmetic_or_reason(case: str) -> None:
    """One problem, with the path as it stands in the file."""
    changes, text = REFUSED[case]
    assert str(problem(dev(**changes))) == text


ACCEPTED: dict[str, dict[str, Any]] = {
    "exactly 100 attachments": {"pools": {"a": {"count": 99, "firstId": 1}}},
    "labels that a kubelet may give itself": {
        "pools": {"a": {"ids": [1], "labels": {"node.kubernetes.io/a": "b", "example.org/c": "d"}}}
    },
    "five control planes": {"controlPlane": {"ids": [1, 3, 5, 7, 9]}},
    "a replaced control plane among three": {
        "controlPlane": {"ids": [1, 2, 3], "generations": {1: 2}}
    },
    "a host name of 63 characters": {"name": "a" * 32, "pools": {"b" * 28: {"ids": [1]}}},
    "a pool in the same zone": {"pools": {"a": {"ids": [1], "location": "hel1"}}},
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_the_edge_is_accepted(case: str) -> None:
    """One step inside what is refused."""
    assert [str(one) for one in problems(dev(**ACCEPTED[case]))] == []


def test_user_data_over_32_kib_is_refused_for_each_node() -> None:
    """With its size, before any server is ordered."""
    found = problems(dev(), mirror="https://mirror.example/" + "m" * 12_000)
    assert [one.path for one in found] == ["dev-control-plane-1", "dev-default-1", "dev-default-2"]
    size = int(found[0].value.removesuffix(" bytes"))
    assert size > 32768
    assert found[0].rule == f"user_data takes 32768 bytes, this node's has {size}"
    assert found[0].fix == "shorten the artifact mirror's URL"
