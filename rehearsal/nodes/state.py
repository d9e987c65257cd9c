"""What the node model remembers: hosts by server id, and clusters with what their API holds.

Plain values that fit in JSON, and no secret in clear: tokens are fingerprints, Secrets keep
digests of their values.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.nodes.boot import Boot
from rehearsal.nodes.k3s import K3s, Role, running

VERSION = 1


@dataclass
class Host:
    """What happened on one server since it was created."""

    server_id: int
    name: str
    boot: Boot | None = None
    installed: dict[str, str] = field(default_factory=dict)
    """Path -> URL of what was downloaded."""
    files: dict[str, str] = field(default_factory=dict)
    """Path -> content of what scripts wrote and people may read."""
    role: Role | None = None
    """Set once k3s is configured."""
    options: dict[str, Any] = field(default_factory=dict)
    """config.yaml without tokens."""
    server_url: str = ""
    started_from: str = ""
    """Digest of binary, configuration and unit that the running unit was started from."""
    cluster: str = ""
    """Uid of the cluster that its k3s belongs to; empty before it joined."""
    active: bool = False
    """Whether systemd calls its unit active."""
    failure: str = ""
    """Why k3s did not start at the last join, or empty."""

    @property
    def k3s(self) -> K3s | None:
        """The running k3s, or None."""
        return running(K3s(self.role, self.options)) if self.role and self.active else None


@dataclass
class NodeObject:
    """A Node as the API holds it: what it said when it registered."""

    name: str
    server_id: int
    number: int
    """Order of registration within the cluster, from 0; decides its pod range."""
    taints: list[str]
    labels: dict[str, str]


@dataclass
class Cluster:
    """One Kubernetes cluster: the datastore and what stands in it."""

    uid: str
    token: str
    """Fingerprint of the server token."""
    agent_token: str
    """Fingerprint of the agent token."""
    datastore: str
    """`etcd` or `sqlite`."""
    options: dict[str, Any]
    """Options of the server that made it."""
    members: list[int] = field(default_factory=list)
    """Server ids of the datastore's members, in order of joining."""
    nodes: dict[str, NodeObject] = field(default_factory=dict)
    node_passwords: dict[str, int] = field(default_factory=dict)
    """Node name -> server id whose password is remembered."""
    registered: int = 0
    releases: dict[str, dict[str, Any]] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    """Custom resource definitions, `plural.group`."""
    revision: int = 0

    @property
    def ca_hash(self) -> str:
        """The hash that secure tokens of this cluster begin with."""
        return hashlib.sha256(f"ca:{self.uid}".encode()).hexdigest()

    @property
    def k3s(self) -> K3s:
        """The settings that hold for the whole cluster."""
        return running(K3s("server", self.options))


@dataclass
class NodesState:
    """Everything that a second run finds again."""

    hosts: dict[int, Host] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    published: dict[str, str] = field(default_factory=dict)
    """URL -> SHA-256 of what it serves."""

    def save(self, path: Path) -> None:
        """Write the state so that a reader never sees half of it."""
        text = json.dumps({"version": VERSION, **vars(self)}, default=vars)
        new = path.with_name(f"{path.name}.new")
        new.touch(mode=0o600)
        new.write_text(text, encoding="utf-8")
        new.replace(path)

    @classmethod
    def load(cls, path: Path) -> "NodesState":
        """Read what `save` wrote; an absent file is an empty state.

        Raises:
            ValueError: where the file is of another version.
        """
        if not path.exists():
            return cls()
        stored = json.loads(path.read_text())
        if stored.get("version") != VERSION:
            raise ValueError(f"{path} is of version {stored.get('version')}, not {VERSION}")
        return cls(
            hosts={int(key): _host(value) for key, value in stored["hosts"].items()},
            clusters={key: _cluster(value) for key, value in stored["clusters"].items()},
            published=stored["published"],
        )


def _host(stored: dict[str, Any]) -> Host:
    boot = stored.pop("boot")
    return Host(**stored, boot=Boot(**boot) if boot else None)


def _cluster(stored: dict[str, Any]) -> Cluster:
    nodes = {name: NodeObject(**node) for name, node in stored.pop("nodes").items()}
    return Cluster(**stored, nodes=nodes)
