"""A control plane leaves before its server is replaced: what the model says is what the script
says."""

from dataclasses import replace

import pytest

from rehearsal.nodes.ports import Outcome
from sovereign import secrets
from tests.rehearsal.nodes.planned import SEED, available_plan
from tests.rehearsal.nodes.rehearsed import SCRIPTS, Rehearsed

FIRST, SECOND, THIRD = (f"dev-control-plane-{number}" for number in (1, 2, 3))


@pytest.fixture
def rehearsed() -> Rehearsed:
    return Rehearsed(available_plan()).bring_up()


def retire(rehearsed: Rehearsed, generation: int = 2, **changes: str) -> Outcome:
    """Let the first control plane leave for a server of that generation."""
    plan = rehearsed.plan
    variables = {
        "NODE": FIRST,
        "ADDRESS": "10.0.1.2",
        "SSH_PORT": "22",
        "HOST_KEY": secrets.host_key(SEED, FIRST, generation).public,
        "OTHERS": f"{SECOND} {THIRD}",
        "NODES": " ".join(node.name for node in plan.nodes),
        "CLUSTER": "dev",
        "PROTECT": "",
        "LIMIT_S": "600",
    }
    return rehearsed.script("retire", plan.node(SECOND), "retire.sh", {**variables, **changes})


def says(outcome: Outcome, *words: str) -> None:
    """The last line is made of these words, and they stand in the script."""
    script = (SCRIPTS / "retire.sh").read_text()
    line = (outcome.stderr or outcome.stdout).splitlines()[-1]
    for word in words:
        assert word in line
        assert word.replace('"', '\\"') in script or word in script


def off(rehearsed: Rehearsed, name: str) -> None:
    """Switch a server off."""
    machines = rehearsed.project.machines
    machines[name] = replace(machines[name], status="off")


def test_it_leaves_with_its_member(rehearsed: Rehearsed) -> None:
    """Two are left, and the API answers."""
    says(retire(rehearsed), " has left")
    (cluster,) = rehearsed.model.state.clusters.values()
    assert rehearsed.project.machines[FIRST].id not in cluster.members
    assert FIRST not in cluster.nodes
    says(retire(rehearsed), " is no node of this cluster: nothing has to leave")


def test_a_host_with_the_planned_key_stays(rehearsed: Rehearsed) -> None:
    """It was replaced already."""
    says(retire(rehearsed, generation=1), " is of the planned generation: it stays")


def test_it_stays_where_another_one_is_missing(rehearsed: Rehearsed) -> None:
    """The datastore would lose its quorum."""
    off(rehearsed, THIRD)
    says(retire(rehearsed), " stays, for without ", "the datastore would lose its quorum; see why")


def test_a_dead_one_is_replaced_as_it_is(rehearsed: Rehearsed) -> None:
    """Nobody there ends its pods."""
    off(rehearsed, FIRST)
    says(retire(rehearsed), " does not answer: its server is replaced as it is, and the cloud")


def test_a_protected_one_stays(rehearsed: Rehearsed) -> None:
    """So does one in whose run another node is removed."""
    says(retire(rehearsed, PROTECT="yes"), ": its generation was raised, and protect keeps its")
    fewer = f"{FIRST} {SECOND} {THIRD} dev-default-1"
    says(retire(rehearsed, NODES=fewer), ' would be replaced in the same "pulumi up" that removes ')


def test_without_an_api_nobody_leaves(rehearsed: Rehearsed) -> None:
    """Silence is no permission."""
    off(rehearsed, THIRD)
    off(rehearsed, FIRST)
    says(retire(rehearsed), ": the API does not answer, so ", " cannot leave and its server is not")
