"""What is imported, deleted, forgotten, cleared or left alone, and why."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest

from sovereign.recover.decide import findings
from sovereign.recover.model import Action, Finding, Held, Kind
from tests.recover.states import JOIN, creating, deployment, held, pending, resource, urn

RELEASE = "kubernetes:helm.sh/v3:Release"
NAMED = (Kind.NETWORK, Kind.FIREWALL, Kind.PLACEMENT_GROUP, Kind.SSH_KEY)


def decided(
    state: dict[str, Any],
    *found: Held,
    chosen: Sequence[str] = (),
    gone: Collection[str] = (),
) -> list[Finding]:
    return list(findings(state, found, gone=gone, cluster="dev", chosen=chosen))


def only(rows: list[Finding]) -> Finding:
    (row,) = rows
    return row


def test_what_the_state_knows_is_no_finding() -> None:
    """By kind and id, whatever its name."""
    state = deployment(resource(Kind.SERVER, "dev-default-1", "7"))
    assert decided(state, held(Kind.SERVER, "renamed", "7")) == []


def test_the_same_id_of_another_kind_is_not_known() -> None:
    """Ids are unique within a kind only."""
    state = deployment(resource(Kind.NETWORK, "dev", "7"))
    assert only(decided(state, held(Kind.SERVER, "dev-default-1", "7"))).action is Action.KEEP


@pytest.mark.parametrize("kind", NAMED)
def test_what_a_killed_run_made_is_taken_in(kind: Kind) -> None:
    """With the URN of the interrupted creation, so that the next `up` goes on from it."""
    state = deployment(operations=[creating(kind, "dev")])
    row = only(decided(state, held(kind, "dev", used_by=("dev-default-1",))))
    assert (row.action, row.id, row.urn) == (
        Action.IMPORT,
        "7",
        creating(kind, "dev")["resource"]["urn"],
    )


def test_a_subnet_is_found_by_its_network_and_range() -> None:
    """It has neither name nor label of its own."""
    operation = creating(Kind.SUBNET, "dev-nodes", networkId=4711, ipRange="10.0.1.0/24")
    state = deployment(resource(Kind.NETWORK, "dev", "4711"), operations=[operation])
    network = held(Kind.NETWORK, "dev", "4711")
    ours = held(Kind.SUBNET, "10.0.1.0/24", "4711-10.0.1.0/24")
    other = held(Kind.SUBNET, "10.0.9.0/24", "4711-10.0.9.0/24")
    row = only(decided(state, network, ours, other))
    assert (row.action, row.id) == (Action.IMPORT, "4711-10.0.1.0/24")
    assert only(decided(state, network, other)).action is Action.CLEAR


def test_a_server_that_a_killed_run_made_is_deleted() -> None:
    """What it booted from cannot be read back; it cannot have joined."""
    state = deployment(operations=[creating(Kind.SERVER, "dev-default-1", serverType="cpx32")])
    found = held(Kind.SERVER, "dev-default-1", facts={"serverType": "cpx32"})
    row = only(decided(state, found))
    assert row.action is Action.DELETE
    assert "it has not joined" in row.reason


def test_a_protected_server_was_complete_and_is_taken_in() -> None:
    """Protection is the last thing that the provider sets."""
    state = deployment(operations=[creating(Kind.SERVER, "dev-control-plane-1")])
    found = held(Kind.SERVER, "dev-control-plane-1", protected=True)
    assert only(decided(state, found)).action is Action.IMPORT


@pytest.mark.parametrize(
    ("kind", "asked", "facts"),
    [
        (Kind.SERVER, {"serverType": "cpx32"}, {"serverType": "cpx52"}),
        (Kind.SERVER, {"image": "ubuntu-24.04"}, {"image": "debian-12"}),
        (Kind.SERVER, {"location": "nbg1"}, {"location": "fsn1"}),
        (Kind.NETWORK, {"ipRange": "10.0.0.0/16"}, {"ipRange": "10.9.0.0/16"}),
        (Kind.PLACEMENT_GROUP, {"type": "spread"}, {"type": "other"}),
        (Kind.SSH_KEY, {"publicKey": "ssh-ed25519 AAAA"}, {"publicKey": "ssh-ed25519 BBBB"}),
    ],
    ids=str,
)
def test_an_object_that_is_not_as_asked_for_is_somebody_elses(
    kind: Kind, asked: dict[str, str], facts: dict[str, str]
) -> None:
    """It bears the name, but it is not what the killed run was creating: a person decides."""
    state = deployment(operations=[creating(kind, "dev-x", **asked)])
    found = held(kind, "dev-x", facts=facts)
    row = only(decided(state, found))
    assert row.action is Action.KEEP
    assert f"instead of {next(iter(asked.values()))!r}" in row.reason
    assert only(decided(state, found, chosen=["dev-x"])).action is Action.DELETE


def test_the_comment_of_a_key_and_unknown_facts_make_no_difference() -> None:
    """Hetzner keeps another comment; an image may have no name; a secret is never compared."""
    key = creating(Kind.SSH_KEY, "dev-deploy", publicKey="ssh-ed25519 AAAA dev")
    found = held(Kind.SSH_KEY, "dev-deploy", facts={"publicKey": "ssh-ed25519 AAAA"})
    assert only(decided(deployment(operations=[key]), found)).action is Action.IMPORT
    server = creating(Kind.SERVER, "s", image="15512617", location={"ciphertext": "v1:x"})
    other = held(Kind.SERVER, "s", facts={"image": None, "location": "nbg1"})
    assert only(decided(deployment(operations=[server]), other)).action is Action.DELETE


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (creating(Kind.NETWORK, "dev"), "nothing was made"),
        (creating(JOIN, "dev-join"), "its script is idempotent"),
        (creating("kubernetes:core/v1:Secret", "dev-hcloud"), "it is applied again"),
        (pending("updating", resource(Kind.SERVER, "s", "7")), "was updating it"),
        (pending("deleting", resource(Kind.SERVER, "s", "7")), "was deleting it"),
    ],
    ids=str,
)
def test_an_operation_that_left_nothing_is_cleared(operation: dict[str, Any], said: str) -> None:
    """The row says what happens to it next."""
    row = only(decided(deployment(operations=[operation])))
    assert row.action is Action.CLEAR
    assert said in row.reason


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("creating", "where `helm status {of}` finds it, `helm uninstall {of}`, then"),
        ("updating", "where `helm status {of}` says pending-upgrade, `helm rollback {of}`, then"),
        ("deleting", "where `helm status {of}` finds nothing, `pulumi up --refresh`"),
    ],
)
def test_of_a_release_it_says_which_command_of_helm_goes_first(verb: str, said: str) -> None:
    """The real provider stops at what a killed Helm left; name and namespace are in the state."""
    inputs = {"name": "cilium", "namespace": "kube-system"}
    row = only(
        decided(
            deployment(operations=[pending(verb, resource(RELEASE, "dev-cilium", inputs=inputs))])
        )
    )
    assert row.action is Action.CLEAR
    assert said.format(of="cilium --namespace kube-system") in row.reason


def test_a_release_whose_name_is_a_secret_is_not_named() -> None:
    """The state holds ciphertext, which nobody can type."""
    inputs = {"name": {"ciphertext": "v1:x"}, "namespace": "kube-system"}
    row = only(
        decided(deployment(operations=[pending("creating", resource(RELEASE, "r", inputs=inputs))]))
    )
    assert "`helm uninstall NAME --namespace NAMESPACE`" in row.reason


def test_a_deletion_that_was_carried_out_is_noted_in_the_state() -> None:
    """The real engine would try again and fail with 404 (data/engine-3.259, 20.9)."""
    entry = resource(Kind.SERVER, "s", "7")
    row = only(
        decided(deployment(entry, operations=[pending("deleting", entry)]), gone=[entry["urn"]])
    )
    assert (row.action, row.urn) == (Action.FORGET, entry["urn"])


def test_a_server_that_somebody_deleted_leaves_the_state() -> None:
    """A refresh would need the cluster that the server may have carried."""
    lost, network = resource(Kind.SERVER, "s", "7"), resource(Kind.NETWORK, "dev", "5")
    state, there = deployment(lost, network), held(Kind.NETWORK, "dev", "5")
    row = only(decided(state, there, gone=[lost["urn"]]))
    assert (row.action, row.urn, row.name) == (Action.FORGET, lost["urn"], "s")
    assert "the next `up` makes it anew" in row.reason


def test_a_token_of_another_project_forgets_nothing() -> None:
    """There every server is gone, and so is the network."""
    lost = resource(Kind.SERVER, "s", "7")
    row = only(decided(deployment(lost), gone=[lost["urn"]]))
    assert row.action is Action.KEEP
    assert "is the token another project's?" in row.reason


def test_a_lone_server_is_never_deleted_unless_a_person_names_it() -> None:
    """It may have joined: nothing explains it."""
    found = held(Kind.SERVER, "dev-default-9")
    row = only(decided(deployment(), found))
    assert row.action is Action.KEEP
    assert "`--delete dev-default-9` deletes it" in row.reason
    assert only(decided(deployment(), found, chosen=["dev-default-9"])).action is Action.DELETE
    assert only(decided(deployment(), found, chosen=["another"])).action is Action.KEEP


@pytest.mark.parametrize("kind", NAMED)
def test_what_nobody_knows_and_nothing_uses_is_deleted(kind: Kind) -> None:
    """In an environment that this state holds."""
    assert only(decided(deployment(), held(kind, "dev"))).action is Action.DELETE


@pytest.mark.parametrize("kind", NAMED)
def test_an_empty_state_deletes_nothing(kind: Kind) -> None:
    """Another state may know it: a colleague's, a backup."""
    row = only(decided(deployment(own=False), held(kind, "dev")))
    assert row.action is Action.KEEP
    assert "another one may know it" in row.reason


@pytest.mark.parametrize("kind", NAMED)
def test_what_is_used_stays_even_when_it_is_named(kind: Kind) -> None:
    """Its users come first."""
    found = held(kind, "dev", used_by=("dev-default-1", "dev-default-2"))
    row = only(decided(deployment(), found, chosen=["dev"]))
    assert row.action is Action.KEEP
    assert "used by dev-default-1, dev-default-2" in row.reason


def test_what_only_a_doomed_server_uses_goes_with_it() -> None:
    """Whatever the order in which Hetzner lists them."""
    group = held(Kind.PLACEMENT_GROUP, "dev-default-0", "8", used_by=("dev-default-1",))
    server = held(Kind.SERVER, "dev-default-1", "7")
    operation = creating(Kind.SERVER, "dev-default-1")
    for found in ((group, server), (server, group)):
        rows = decided(deployment(operations=[operation]), *found)
        assert [row.action for row in rows] == [Action.DELETE, Action.DELETE]


@pytest.mark.parametrize("kind", [*NAMED, Kind.SERVER])
def test_what_is_protected_is_not_deleted(kind: Kind) -> None:
    """Not even by name: its protection is ended by a person, at Hetzner."""
    found = held(kind, "dev", protected=True)
    row = only(decided(deployment(), found, chosen=["dev"]))
    assert row.action is Action.KEEP
    assert "end that at Hetzner first" in row.reason


def test_an_object_that_was_to_be_replaced_is_not_known_any_more() -> None:
    """A state that waits for the second half of a replacement holds the old id only for show."""
    old = resource(Kind.SERVER, "s", "7", pendingReplacement=True)
    row = only(
        decided(
            deployment(old, operations=[creating(Kind.SERVER, "s")]), held(Kind.SERVER, "s", "9")
        )
    )
    assert (row.action, row.id, row.urn) == (Action.DELETE, "9", urn(old["type"], "s"))
