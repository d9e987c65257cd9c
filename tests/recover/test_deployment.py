"""Editing the state: what is taken in, forgotten and cleared; everything else stays as it is."""

from copy import deepcopy

from sovereign.recover.deployment import clusters, known, operations, recovered
from sovereign.recover.model import Kind
from tests.recover.states import (
    JOIN,
    SECRET,
    creating,
    deployment,
    pending,
    resource,
    sovereign,
    urn,
)

NOW = "2026-11-22T03:10:00.000000Z"


def test_it_reads_operations_ids_and_whose_state_it_is() -> None:
    """A draft has no id; what an interrupted replacement deleted counts for nothing."""
    draft = creating(Kind.SERVER, "s", serverType="cpx32")
    gone = resource(Kind.SERVER, "t", "8", pendingReplacement=True)
    state = deployment(resource(Kind.NETWORK, "dev", "7"), gone, operations=[draft])
    (operation,) = operations(state)
    assert (operation.verb, operation.id, operation.logical_name) == ("creating", "", "s")
    assert operation.inputs["serverType"] == "cpx32"
    assert known(state) == {(Kind.NETWORK, "7"): urn("hcloud:index/network:Network", "dev")}
    assert clusters(state) == {"dev"}
    assert (operations({}), known({}), clusters({})) == ((), {}, set())


def test_what_is_taken_in_stands_behind_what_it_depends_on() -> None:
    """With its id, its inputs as first outputs, and secrets as the ciphertext that they are."""
    network = resource(Kind.NETWORK, "dev", "7")
    draft = creating(Kind.SERVER, "s", userData=SECRET)
    state = deployment(network, operations=[draft])
    before = deepcopy(state)
    name = draft["resource"]["urn"]
    after = recovered(state, imported={name: "9"}, forgotten=[], now=NOW)
    assert state == before
    assert "pending_operations" not in after
    assert after["resources"] == [
        sovereign(),
        network,
        {
            **draft["resource"],
            "id": "9",
            "outputs": {"name": "s", "userData": SECRET, "id": "9"},
            "created": NOW,
            "modified": NOW,
        },
    ]
    assert after["manifest"] == state["manifest"]


def test_the_object_that_it_replaces_waits_for_its_deletion() -> None:
    """In its place, so that what depends on both still comes later."""
    old = resource(Kind.PLACEMENT_GROUP, "g", "1")
    later = resource(JOIN, "dev-join", "j", dependencies=[old["urn"]])
    draft = creating(Kind.PLACEMENT_GROUP, "g")
    state = deployment(old, later, operations=[draft])
    after = recovered(state, imported={old["urn"]: "9"}, forgotten=[], now=NOW)
    assert [(one.get("id"), one.get("delete")) for one in after["resources"][1:]] == [
        ("9", None),
        ("1", True),
        ("j", None),
    ]


def test_an_object_that_was_deleted_for_its_successor_is_not_deleted_again() -> None:
    """The second half of the replacement is all that was left to do."""
    old = resource(Kind.PLACEMENT_GROUP, "g", "1", pendingReplacement=True)
    state = deployment(old, operations=[creating(Kind.PLACEMENT_GROUP, "g")])
    after = recovered(state, imported={old["urn"]: "9"}, forgotten=[], now=NOW)
    assert [one.get("id") for one in after["resources"][1:]] == ["9"]


def test_what_is_forgotten_is_mentioned_nowhere() -> None:
    """A state that names a resource it does not hold is refused by the engine."""
    gone = resource(Kind.SERVER, "s", "7")
    leaning = resource(
        JOIN,
        "dev-join",
        "j",
        dependencies=[gone["urn"], "other"],
        propertyDependencies={"triggers": [gone["urn"]], "stdin": None, "create": ["other"]},
        deletedWith=gone["urn"],
    )
    state = deployment(gone, leaning, operations=[pending("deleting", gone)])
    after = recovered(state, imported={}, forgotten=[gone["urn"]], now=NOW)
    (left,) = after["resources"][1:]
    assert gone["urn"] not in str(after)
    assert left["dependencies"] == ["other"]
    assert left["propertyDependencies"] == {"triggers": [], "stdin": [], "create": ["other"]}


def test_a_state_without_pending_operations_stays_as_it_is() -> None:
    """So that nothing is written."""
    state = deployment(resource(Kind.SERVER, "s", "7"))
    assert recovered(state, imported={}, forgotten=[], now=NOW) == state
