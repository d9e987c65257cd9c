"""The order of effects: first Hetzner, then the state in one step, then the provider's look."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sovereign.recover.carry_out import carry_out, gone
from sovereign.recover.decide import findings
from sovereign.recover.model import Held, Kind, Lock
from tests.recover.states import creating, deployment, held, pending, resource


@dataclass
class World:
    """A project and a state that note what is done to them; `fails` names what does not work."""

    deployment: dict[str, Any]
    holds: tuple[Held, ...] = ()
    fails: str = ""
    done: list[str] = field(default_factory=list)

    def held(self) -> tuple[Held, ...]:
        return self.holds

    def exists(self, kind: Kind, id_: str) -> bool:
        return any((one.kind, one.id) == (kind, id_) for one in self.holds)

    def delete(self, held: Held) -> None:
        self._note(f"delete {held.kind} {held.name}")
        self.holds = tuple(
            replace(one, used_by=tuple(name for name in one.used_by if name != held.name))
            for one in self.holds
            if one.id != held.id
        )

    def lock(self) -> Lock | None:
        return None

    def shows_locks(self) -> bool:
        return True

    def unlock(self) -> None:
        self._note("unlock")

    def read(self) -> dict[str, Any]:
        return self.deployment

    def write(self, deployment: dict[str, Any]) -> None:
        self._note("write")
        self.deployment = deployment

    def refresh(self, urns: Collection[str]) -> None:
        self._note(f"refresh {len(urns)}")

    def _note(self, what: str) -> None:
        if what == self.fails:
            raise RuntimeError(what)
        self.done.append(what)

    def recover(self) -> None:
        """The whole recovery."""
        rows = findings(
            self.deployment, self.holds, gone=gone(self.deployment, self.holds, self), cluster="dev"
        )
        carry_out(
            rows,
            deployment=self.deployment,
            held=self.holds,
            project=self,
            stack=self,
            say=lambda _: None,
        )


def damaged() -> World:
    """A server and a network that a killed run was creating; a group that nobody knows, used by
    the server; a server that it was deleting, gone."""
    deleted = resource(Kind.SERVER, "dev-default-2", "2")
    operations = [
        creating(Kind.SERVER, "dev-default-1"),
        creating(Kind.NETWORK, "dev"),
        pending("deleting", deleted),
    ]
    return World(
        deployment(deleted, operations=operations),
        (
            held(Kind.PLACEMENT_GROUP, "dev-default-0", "8", used_by=("dev-default-1",)),
            held(Kind.NETWORK, "dev", "7", used_by=("dev-default-1",)),
            held(Kind.SERVER, "dev-default-1", "9"),
        ),
    )


def test_users_go_before_what_they_use_and_the_state_is_written_once() -> None:
    """The provider then reads what was taken in."""
    world = damaged()
    world.recover()
    assert world.done == [
        "delete server dev-default-1",
        "delete placement group dev-default-0",
        "write",
        "refresh 1",
    ]
    assert [one.get("id") for one in world.deployment["resources"][1:]] == ["7"]
    assert [one.name for one in world.holds] == ["dev"]


@pytest.mark.parametrize(
    "where", ["delete server dev-default-1", "delete placement group dev-default-0", "write"]
)
def test_a_recovery_that_is_cut_off_is_made_up_for_by_the_next_one(where: str) -> None:
    """Nothing that was done is missed or done again."""
    world, whole = damaged(), damaged()
    whole.recover()
    world.fails = where
    with pytest.raises(RuntimeError):
        world.recover()
    world.fails = ""
    world.recover()
    assert [one.get("id") for one in world.deployment["resources"]] == [
        one.get("id") for one in whole.deployment["resources"]
    ]
    assert world.holds == whole.holds
    assert "pending_operations" not in world.deployment


def test_where_nothing_is_to_be_done_nothing_is_written() -> None:
    """A second recovery is idle."""
    world = damaged()
    world.recover()
    world.done.clear()
    world.recover()
    assert world.done == []


def test_a_deletion_that_never_arrived_is_left_to_the_next_up() -> None:
    """The object is there, so the state keeps it; only the note goes."""
    server = resource(Kind.SERVER, "dev-default-2", "2")
    state = deployment(server, operations=[pending("deleting", server)])
    world = World(state, (held(Kind.SERVER, "dev-default-2", "2"),))
    assert gone(state, world.holds, world) == set()
    world.recover()
    assert world.deployment == deployment(server)
    assert world.done == ["write"]
