"""A simulated project as a whole, saved as one JSON file."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from rehearsal.hetzner.model import (
    Action,
    Firewall,
    LoadBalancer,
    Network,
    PlacementGroup,
    PrimaryIp,
    Server,
    SshKey,
    Volume,
)

FIRST_ID = 4711
STATE_VERSION = 1


@dataclass
class HetznerState:
    """One project. ``HetznerState()`` is an empty one."""

    version: int = STATE_VERSION
    next_id: int = FIRST_ID
    networks: dict[int, Network] = field(default_factory=dict)
    servers: dict[int, Server] = field(default_factory=dict)
    firewalls: dict[int, Firewall] = field(default_factory=dict)
    placement_groups: dict[int, PlacementGroup] = field(default_factory=dict)
    ssh_keys: dict[int, SshKey] = field(default_factory=dict)
    primary_ips: dict[int, PrimaryIp] = field(default_factory=dict)
    volumes: dict[int, Volume] = field(default_factory=dict)
    load_balancers: dict[int, LoadBalancer] = field(default_factory=dict)
    actions: dict[int, Action] = field(default_factory=dict)

    def new_id(self) -> int:
        """An id that nothing in this project has had before."""
        self.next_id += 1
        return self.next_id - 1

    @classmethod
    def load(cls, path: Path) -> "HetznerState":
        """The state that :meth:`save` left at ``path``; an empty project where there is no file.

        Raises ``ValueError`` for a file of another version or form.
        """
        if not path.exists():
            return cls()
        state = _FORM.validate_json(path.read_bytes())
        if state.version != STATE_VERSION:
            raise ValueError(f"{path}: version {state.version}, expected {STATE_VERSION}")
        return state

    def save(self, path: Path) -> None:
        """Write the project to ``path``: all of it or nothing, readable by the owner only."""
        partial = path.with_name(path.name + ".partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_FORM.dump_json(self, indent=1))
        partial.replace(path)


_FORM: TypeAdapter[HetznerState] = TypeAdapter(HetznerState)
