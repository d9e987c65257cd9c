"""The words of a recovery: what the project holds, what was interrupted, what is done about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

Json = dict[str, Any]


class Kind(StrEnum):
    """What of a Sovereign lives at Hetzner."""

    SERVER = "server"
    NETWORK = "network"
    SUBNET = "subnet"
    FIREWALL = "firewall"
    PLACEMENT_GROUP = "placement group"
    SSH_KEY = "SSH key"


TYPES: Mapping[str, Kind] = {
    "hcloud:index/server:Server": Kind.SERVER,
    "hcloud:index/network:Network": Kind.NETWORK,
    "hcloud:index/networkSubnet:NetworkSubnet": Kind.SUBNET,
    "hcloud:index/firewall:Firewall": Kind.FIREWALL,
    "hcloud:index/placementGroup:PlacementGroup": Kind.PLACEMENT_GROUP,
    "hcloud:index/sshKey:SshKey": Kind.SSH_KEY,
}
"""Resource types of the program and what they are at Hetzner."""


@dataclass(frozen=True)
class Held:
    """One object of the environment at Hetzner, by its labels (a subnet: by its network's)."""

    kind: Kind
    id: str
    """As the provider writes it; of a subnet `<network id>-<range>`."""
    name: str
    """Unique in the project; of a subnet its range."""
    since: str
    """When it was created (ISO 8601, UTC); empty where Hetzner does not say."""
    used_by: tuple[str, ...] = ()
    """Names of what is attached to it or stands behind it."""
    protected: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What can be compared with what was asked for, under the provider's names of the inputs."""


@dataclass(frozen=True)
class Operation:
    """A pending operation of the state: a killed run was at it."""

    verb: str
    """creating, updating, deleting, reading or importing."""
    urn: str
    type: str
    id: str
    """Empty while it is being created."""
    inputs: Mapping[str, Any] = field(repr=False)
    """What was asked for; secrets as ciphertext."""

    @property
    def logical_name(self) -> str:
        """The last part of its URN."""
        return self.urn.rsplit("::", 1)[-1]


class Action(StrEnum):
    """What is done about a finding."""

    IMPORT = "import"
    """Taken into the state; the provider then reads it."""
    DELETE = "delete"
    """Deleted at Hetzner; the next `up` makes it anew."""
    FORGET = "forget"
    """Taken out of the state: it is gone."""
    CLEAR = "clear"
    """Only the note of the interrupted operation goes."""
    KEEP = "keep"
    """Left alone: a person decides."""


@dataclass(frozen=True)
class Finding:
    """One row of the answer."""

    what: str
    """The kind of object, or the resource type where nothing of it is at Hetzner."""
    id: str
    name: str
    since: str
    action: Action
    reason: str
    urn: str = ""
    """The resource of the state that it concerns; empty for an object that no state knows."""


@dataclass(frozen=True)
class Lock:
    """The stack's lock as a run left it."""

    owner: str
    """user@host (pid N)."""
    since: str
    stale: bool
    """Its process ran on this machine and is gone."""


class Project(Protocol):
    """The Hetzner project, seen through the environment's labels."""

    def held(self) -> Sequence[Held]:
        """Every object that bears the labels, and the subnets of its networks."""
        ...

    def exists(self, kind: Kind, id_: str) -> bool:
        """Whether the object is there, whatever its labels say now."""
        ...

    def delete(self, held: Held) -> None:
        """Delete the object and wait until it is gone."""
        ...


class StackFailed(Exception):
    """The state could not be read or written; the text is what an operator reads."""


class Stack(Protocol):
    """One engine's state of the stack. Every method raises StackFailed."""

    def lock(self) -> Lock | None:
        """The lock that a run holds or left behind, as far as it can be seen."""
        ...

    def shows_locks(self) -> bool:
        """Whether it can be seen at all."""
        ...

    def unlock(self) -> None:
        """Remove the lock; the caller has made sure that its run is gone."""
        ...

    def read(self) -> Json:
        """The deployment (resources, pending operations), secrets as ciphertext."""
        ...

    def write(self, deployment: Json) -> None:
        """Replace the deployment."""
        ...

    def refresh(self, urns: Collection[str]) -> None:
        """Have the provider read these resources again."""
        ...
