"""The lab's hosts as nodes: their status, and SSH to them with a note of who was not reached."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from rehearsal.lab import properties, record
from rehearsal.lab.hosts import HostSet, NotRunning
from rehearsal.lab.status import Lab, status
from rehearsal.lab.survey import Inside, survey
from rehearsal.lab.view import View, look
from rehearsal.nodes.ports import COULD_NOT_CONNECT, Connection, Hosts, Outcome
from rehearsal.nodes.project import Machine, Project
from rehearsal.nodes.status import ClusterStatus

API_PORT = 6443
PAUSE_S = 3.0
"""Between two looks at nodes that are not Ready."""
ALIKE = 4
"""Looks in a row that must show the same; an agent tries again after 10 s at most."""
LOOKS = 20
"""After so many, the last one counts."""


@dataclass
class NotingHosts:
    """Hosts over SSH. How the last attempt to reach each ended is kept in the lab's record."""

    inner: Hosts
    workspace: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        """See `Hosts.run`."""
        outcome = self.inner.run(connection, script, stdin)
        failed = outcome.exit_code == COULD_NOT_CONNECT
        with self._lock:
            kept = record.load(self.workspace)
            if kept is not None:
                noted = kept.with_note(connection.host, outcome.stderr.strip() if failed else "")
                if noted != kept:
                    noted.save(self.workspace)
        return outcome


@dataclass(frozen=True)
class Answering:
    """Commands inside hosts; one that is off, or never ends, answers with 255 and why."""

    inner: Inside

    def run_inside(self, server_id: int, arguments: Sequence[str]) -> CompletedProcess[str]:
        """See `HostSet.run_inside`."""
        try:
            return self.inner.run_inside(server_id, arguments)
        except (NotRunning, TimeoutExpired) as silence:
            return CompletedProcess(list(arguments), COULD_NOT_CONNECT, "", str(silence))


@dataclass(frozen=True)
class LabNodes:
    """Every server of the project, and what its host and the cluster's API say."""

    project: Project
    hosts: HostSet
    workspace: Path

    def status(self) -> ClusterStatus:
        """Nodes and components once they have come to rest: at once where all are Ready, else when
        nothing has changed for a while.
        """
        seen = [self.now()]
        while not (seen[-1].ready or at_rest(seen)) and len(seen) < LOOKS:
            time.sleep(PAUSE_S)
            seen.append(self.now())
        return seen[-1]

    def now(self) -> ClusterStatus:
        """Nodes and components at this moment."""
        hosts = Answering(self.hosts)
        machines = tuple(self.project.servers())
        servers = control_planes(machines)
        view = look(hosts, [server for server in servers if server.running])
        shown = view.api_address if isinstance(view, View) else ""
        planned = f"{servers[0].private_ip}:{API_PORT}" if servers else ""
        addresses = {machine.name: shown or planned for machine in machines}
        found = survey(hosts, machines, addresses)
        kept = record.load(self.workspace)
        lab = Lab(
            machines,
            found,
            view,
            noted=kept.noted if kept else {},
            failures=self.hosts.failures(),
            api_addresses=addresses,
        )
        return status(lab, properties.proven(lab, hosts))


def at_rest(seen: Sequence[ClusterStatus]) -> bool:
    """Whether the last looks all showed the same; a path is tried anew each time, so it is none."""
    last = [
        ([(node.name, node.ready, node.reason) for node in one.nodes], one.components)
        for one in seen[-ALIKE:]
    ]
    return len(last) == ALIKE and all(one == last[0] for one in last)


def control_planes(machines: tuple[Machine, ...]) -> list[Machine]:
    """Those of them, by name."""
    return sorted((m for m in machines if m.role == "control-plane"), key=lambda m: m.name)
