"""Pure decisions: same, update, replace; who goes along; in which order."""

from dataclasses import replace

import pytest

from rehearsal.runtime import aliases, cascade, paths
from rehearsal.runtime.compare import differences
from rehearsal.runtime.decide import Diff, Kind, decide, restore_ignored, trigger_changed
from rehearsal.runtime.goal import Alias, Goal
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import UNKNOWN, Properties, Secret

SERVER = "hcloud:index/server:Server"
STACK_URN = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"


def urn(name: str, type_: str = SERVER) -> str:
    return f"urn:pulumi:dev::p::{type_}::{name}"


def record(name: str, **changes: object) -> Record:
    return replace(Record(urn(name), SERVER, custom=True, id=name), **changes)  # type: ignore[arg-type]


def goal(**changes: object) -> Goal:
    return replace(Goal(SERVER, "s", custom=True), **changes)  # type: ignore[arg-type]


CHANGED = Diff({("labels", "rev"): "update"})
FORCED = Diff({("image",): "update"}, ("image",))


def test_without_a_record_a_resource_is_created() -> None:
    """An object that was only read so far is not ours, so it is created as well."""
    assert decide(goal(), None, Diff()).kind is Kind.CREATE
    assert decide(goal(), record("s", external=True), Diff()).kind is Kind.CREATE


def test_no_difference_is_same_and_a_difference_is_an_update() -> None:
    """What failed half-way is tried again although nothing differs."""
    assert decide(goal(), record("s"), Diff()).kind is Kind.SAME
    assert decide(goal(), record("s"), CHANGED).kind is Kind.UPDATE
    assert decide(goal(), record("s", init_errors=("x",)), Diff()).kind is Kind.UPDATE


@pytest.mark.parametrize(
    ("asked", "provider_asks", "delete_first"),
    [(None, True, True), (None, False, False), (False, True, False), (True, False, True)],
)
def test_the_program_overrides_the_providers_wish_to_delete_first(
    asked: bool | None, provider_asks: bool, delete_first: bool
) -> None:
    """Recordings 04 and 07: a fixed name asks for delete-first, `False` forces create-first."""
    diff = replace(FORCED, delete_before_replace=provider_asks)
    decision = decide(goal(delete_before_replace=asked), record("s"), diff)
    assert decision.kind is Kind.REPLACE
    assert decision.delete_first is delete_first


@pytest.mark.parametrize(
    ("old", "new", "fires"),
    [(None, 1, False), (1, 1, False), (1, 2, True), (1, None, False), (1, UNKNOWN, True)],
)
def test_a_trigger_fires_only_when_it_changes(old: object, new: object, fires: bool) -> None:
    """Recording 12: set for the first time or removed, it replaces nothing."""
    assert trigger_changed(old, new) is fires
    decision = decide(goal(replacement_trigger=new), record("s", replacement_trigger=old), Diff())
    assert (decision.kind is Kind.REPLACE) is fires


def test_replace_on_changes_counts_below_the_named_place_only() -> None:
    """`labels` covers `labels.rev`; `labels.other` does not."""
    assert decide(goal(replace_on_changes=("labels",)), record("s"), CHANGED).kind is Kind.REPLACE
    other = decide(goal(replace_on_changes=("labels.other",)), record("s"), CHANGED)
    assert other.kind is Kind.UPDATE


def test_an_object_deleted_by_an_interrupted_replacement_is_only_created_again() -> None:
    """Its deletion is not repeated."""
    decision = decide(goal(), record("s", pending_replacement=True), Diff())
    assert decision.deleted_already


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("labels.rev", {"labels": {"rev": "1", "new": "x"}, "nets": [{"ip": "b"}], "extra": 1}),
        ("extra", {"labels": {"rev": "2", "new": "x"}, "nets": [{"ip": "b"}]}),
        ("nets[0].ip", {"labels": {"rev": "2", "new": "x"}, "nets": [{"ip": "a"}], "extra": 1}),
        ("nets[*].ip", {"labels": {"rev": "2", "new": "x"}, "nets": [{"ip": "a"}], "extra": 1}),
        ("labels", {"labels": {"rev": "1"}, "nets": [{"ip": "b"}], "extra": 1}),
        ("*", {"labels": {"rev": "1"}, "nets": [{"ip": "a"}]}),
    ],
)
def test_ignored_places_keep_what_was_registered_before(pattern: str, expected: Properties) -> None:
    """Nested places, single items, all items, everything; a new place vanishes."""
    old = record("s", inputs={"labels": {"rev": "1"}, "nets": [{"ip": "a"}]})
    new: Properties = {"labels": {"rev": "2", "new": "x"}, "nets": [{"ip": "b"}], "extra": 1}
    assert restore_ignored(goal(inputs=new, ignore_changes=(pattern,)), old) == expected
    assert new["labels"]["rev"] == "2"


def test_an_ignored_secret_stays_secret() -> None:
    """user_data is secret and ignored."""
    old = record("s", inputs={"userData": Secret("a")})
    found = restore_ignored(goal(inputs={"userData": "b"}, ignore_changes=("userData",)), old)
    assert found == {"userData": Secret("a")}


def test_a_malformed_path_is_refused() -> None:
    """Silently ignoring nothing would replace a server."""
    with pytest.raises(ValueError, match="not a property path"):
        paths.parse("nets[")


def test_differences_name_the_place_and_look_through_secrets() -> None:
    """What providers keep for themselves (`__…`) is no difference."""
    old = {"a": {"b": 1, "c": 2}, "s": Secret("x"), "__defaults": []}
    new = {"a": {"b": 1, "d": 3}, "s": Secret("y"), "__defaults": ["a"], "u": UNKNOWN}
    assert differences(old, new) == {
        ("a", "c"): "delete",
        ("a", "d"): "add",
        ("s",): "update",
        ("u",): "add",
    }


def replaces_when_unknown(_old: Record, inputs: Properties) -> Diff:
    unknown = [key for key in inputs if inputs[key] is UNKNOWN]
    forced = tuple(key for key in unknown if key == "serverId")
    return Diff({(key,): "update" for key in unknown}, forced)


def test_a_delete_first_replacement_takes_along_only_dependents_that_must_be_replaced() -> None:
    """Recording 07.8: the attachment goes, the group that carries the id in a label stays."""
    root = record("s")
    attachment = record(
        "att", inputs={"serverId": 1}, property_dependencies={"serverId": (root.urn,)}
    )
    target = record(
        "tgt", inputs={"serverId": 2}, property_dependencies={"serverId": (attachment.urn,)}
    )
    group = record("pg", inputs={"labels": {}}, property_dependencies={"labels": (root.urn,)})
    bystander = record("by", inputs={"serverId": 3}, dependencies=(root.urn,))
    everything = [root, attachment, target, group, bystander]
    found = cascade.dependents_to_replace(root, everything, set(), replaces_when_unknown)
    assert [one.record.name for one in found] == ["att", "tgt"]
    assert found[0].keys == ("serverId",)


def test_a_resource_whose_provider_is_replaced_goes_along() -> None:
    """Whatever its own inputs say."""
    provider = record("k8s")
    release = record("cilium", provider=f"{provider.urn}::id")
    found = cascade.dependents_to_replace(provider, [provider, release], set(), lambda *_: Diff())
    assert [one.record.name for one in found] == ["cilium"]


def test_what_leans_on_something_is_deleted_before_it() -> None:
    """Siblings may go at the same time; parents, providers and deleted_with count as well."""
    network = record("net")
    subnet = record("sub", dependencies=(network.urn,))
    server = record("srv", property_dependencies={"networks": (network.urn, subnet.urn)})
    command = record("cmd", deleted_with=server.urn)
    child = record("child", parent=server.urn)
    waves = cascade.waves_of_deletion([network, subnet, server, command, child])
    assert [{one.name for one in wave} for wave in waves] == [
        {"cmd", "child"},
        {"srv"},
        {"sub"},
        {"net"},
    ]


def test_aliases_are_tried_in_order_and_children_follow_their_parent() -> None:
    """A component renamed by an alias takes its children along."""
    parent = "urn:pulumi:dev::p::demo:index:Cluster::b"
    old_parent = "urn:pulumi:dev::p::demo:index:Old::a"
    child = goal(name="b-server", parent=parent, aliases=(Alias(name="z"),))
    found = aliases.candidates(child, "dev", "p", {parent: old_parent})
    assert found == [
        f"urn:pulumi:dev::p::demo:index:Cluster${SERVER}::z",
        f"urn:pulumi:dev::p::demo:index:Old${SERVER}::a-server",
        f"urn:pulumi:dev::p::demo:index:Old${SERVER}::z",
    ]


def test_an_alias_may_name_the_stack_as_the_old_parent() -> None:
    """`no_parent` and a parent that is the stack mean the same."""
    free = urn("s")
    moved = goal(parent=urn("c", "demo:index:Cluster"), aliases=(Alias(no_parent=True),))
    assert aliases.candidates(moved, "dev", "p", {}) == [free]
    moved = goal(parent=urn("c", "demo:index:Cluster"), aliases=(Alias(parent=STACK_URN),))
    assert aliases.candidates(moved, "dev", "p", {}) == [free]
