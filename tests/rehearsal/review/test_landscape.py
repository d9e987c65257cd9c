"""What a set of resources describes, however odd it is."""

from dataclasses import replace
from itertools import cycle
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rehearsal.review.answer import answer
from rehearsal.review.facts import Operation, Resource
from rehearsal.review.landscape import landscape
from rehearsal.review.markdown import comment
from rehearsal.review.review import review
from rehearsal.runtime.values import UNKNOWN, Secret
from tests.rehearsal.review.situations import SMALL, THREE, Cluster, altered, change

LEAVES: Any = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.just(UNKNOWN)
    | st.builds(Secret, st.text(max_size=8))
)
VALUES: Any = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


def test_our_components_tell_role_pool_address_and_ranges() -> None:
    """Before any cloud has answered."""
    land = landscape(SMALL.resources())
    assert [(one.name, one.role, one.pool, one.private_ip) for one in land.servers] == [
        ("dev-control-plane-1", "control-plane", "control-plane", "10.0.1.2"),
        ("dev-default-1", "worker", "default", "10.0.1.20"),
        ("dev-default-2", "worker", "default", "10.0.1.21"),
    ]
    assert land.ranges["network.podCidr"] == "10.42.0.0/16"
    assert (land.name, land.location) == ("dev", "nbg1")


def test_the_anchor_is_the_lowest_control_plane_never_replaced() -> None:
    """As the plan chooses it."""
    first = landscape(THREE.resources()).anchor
    assert first is not None
    assert first.name == "dev-control-plane-1"
    raised = altered(THREE, "dev-control-plane-1", generation=2)
    second = landscape(raised.resources()).anchor
    assert second is not None
    assert second.name == "dev-control-plane-2"


def test_a_sole_firewall_rule_may_name_no_port_and_an_unknown_source() -> None:
    """All ports, a question mark."""
    urn = "urn:pulumi:dev::p::hcloud:index/firewall:Firewall::open"
    rule = {"direction": "in", "protocol": "icmp", "sourceIps": [UNKNOWN]}
    (found,) = landscape([Resource(urn, {"rules": [rule, {"direction": "out"}]})]).rules
    assert (found.firewall, found.port, found.sources) == ("open", "any", ("?",))


@settings(max_examples=60, phases=(Phase.explicit, Phase.generate))
@given(st.lists(VALUES, min_size=12, max_size=12), st.lists(VALUES, min_size=12, max_size=12))
def test_whatever_a_program_registers_a_review_comes_out(old: list[Any], new: list[Any]) -> None:
    """A change from a stranger may register anything; the review never breaks on it."""
    before, after = odd(SMALL, old), {one.urn: one for one in odd(SMALL, new)}
    operations = [
        Operation(one.urn, "update", tuple(after[one.urn].inputs), inputs=after[one.urn].inputs)
        for one in change(SMALL, SMALL).operations
    ]
    found = review(replace(change(SMALL, SMALL), before=before, operations=operations))
    assert comment(found)
    assert answer(found)["result"] in ("approve", "look", "refuse")


def odd(cluster: Cluster, values: list[Any]) -> tuple[Resource, ...]:
    """The cluster's resources with other values; every third stays as it is."""
    drawn = cycle([*values, None])
    return tuple(
        Resource(
            one.urn,
            {
                key: value if number % 3 == 0 else next(drawn)
                for number, (key, value) in enumerate(one.inputs.items())
            },
        )
        for one in cluster.resources()
    )
