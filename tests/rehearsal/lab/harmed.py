"""The `sovereign` command, but for one thing: harm is done in the middle of an `up` in the lab.

Run as a program with a harm and the name that it is about (a server's or a release's) before the
command's arguments. It leads a process group of its own, which SIGKILL ends as a whole: what it
started dies with it, hosts live on.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn

import yaml
from rich.console import Console

from rehearsal import embedded
from rehearsal.lab import entry
from rehearsal.lab.drivers.programs import programs
from rehearsal.lab.session import LabSession
from rehearsal.nodes.ports import ApiRefused, ClusterApi, Connection, Hosts, Outcome, Release
from rehearsal.order import Order
from rehearsal.report import Report
from rehearsal.runtime.checkpoint import Checkpoint
from rehearsal.runtime.drivers.port import Created, Subject
from rehearsal.runtime.drivers.registry import Registry
from rehearsal.runtime.record import Record
from rehearsal.workspace import Workspace
from sovereign.cli import main
from tests.rehearsal.lab.drill import Unseen

JOIN = "Makes this host a k3s server or agent"
CONFIGURED = "/etc/rancher/k3s/config.yaml"
API_PORT = 6443
PAUSE_S = 0.02


def kill() -> NoReturn:
    """The power of the operator's machine fails."""
    os.killpg(os.getpgrp(), signal.SIGKILL)
    raise AssertionError


def until(true: Callable[[], object]) -> None:
    """Wait for it; whoever runs this has a limit."""
    while not true():
        time.sleep(PAUSE_S)


@dataclass(frozen=True)
class MakingServers:
    """A driver of Hetzner's; it all ends when a server runs and nobody has noted that it exists.
    Of another one at least that is noted, so that one alone is in doubt.
    """

    inner: Any
    name: str
    session: LabSession
    noted: set[str]
    """Ids in the state."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def create(self, subject: Subject, inputs: Any) -> Created:
        """As it is, up to the end."""
        created: Created = self.inner.create(subject, inputs)
        if subject.type.endswith(":Server") and subject.name == self.name:
            until(lambda: self._alone_in_doubt(int(created.id)))
            kill()
        return created

    def _alone_in_doubt(self, server_id: int) -> bool:
        servers = [one.id for one in self.session.simulator.servers()]
        others = [str(one) for one in servers if one != server_id]
        running = all(map(self.session.hosts.is_running, servers))
        return running and bool(others) and self.noted.issuperset(others)


@dataclass(frozen=True)
class Joining:
    """Hosts over SSH; `harm` is done to one of them while k3s is being started there."""

    inner: Hosts
    name: str
    session: LabSession
    harm: Callable[[int], None]
    done: threading.Event = field(default_factory=threading.Event)

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        """As it is, but for that join."""
        (server,) = [
            one for one in self.session.simulator.servers() if one.public_ipv4 == connection.host
        ]
        if JOIN not in script or server.name != self.name:
            return self.inner.run(connection, script, stdin)
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(self.inner.run, connection, script, stdin)
            until(lambda: self._inside(server.id, "pgrep", "-f", JOIN))
            until(lambda: self._inside(server.id, "test", "-e", CONFIGURED))
            self.harm(server.id)
            self.done.set()
            return running.result()

    def _inside(self, server_id: int, *arguments: str) -> bool:
        return self.session.hosts.run_inside(server_id, arguments).returncode == 0


@dataclass(frozen=True)
class Installing:
    """A cluster; something happens before one release is installed, or in its place."""

    inner: ClusterApi
    name: str
    before: Callable[[str, Release], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def install_release(self, kubeconfig: str, release: Release) -> None:
        """As it is, after that."""
        if release.name == self.name:
            self.before(kubeconfig, release)
        self.inner.install_release(kubeconfig, release)


def at_server(session: LabSession, name: str) -> LabSession:
    """Killed when the server was made."""
    serving, put, noted = Registry.serving, Checkpoint.put, set[str]()

    def watched(self: Registry, type_: str) -> Any:
        return MakingServers(serving(self, type_), name, session, noted)

    def noting(self: Checkpoint, record: Record, **more: Any) -> None:
        put(self, record, **more)
        noted.add(record.id)

    Registry.serving = watched  # type: ignore[method-assign]
    Checkpoint.put = noting  # type: ignore[method-assign]
    return session


def at_join(session: LabSession, name: str) -> LabSession:
    """Killed when the server was joining; no release is installed before."""
    drivers = session.drivers
    joining = Joining(drivers.hosts, name, session, lambda _: kill())
    held = Installing(drivers.cluster, "cilium", lambda *_: until(joining.done.is_set))
    return replace(session, drivers=replace(drivers, hosts=joining, cluster=held))


def without_ssh(session: LabSession, name: str) -> LabSession:
    """SSH stops when the server was joining, and every session with it. It starts again later."""

    def stop(server_id: int) -> None:
        for command in (["systemctl", "stop", "ssh"], ["pkill", "-KILL", "-x", "sshd"]):
            session.hosts.run_inside(server_id, command)

    drivers = session.drivers
    joining = Joining(drivers.hosts, name, session, stop)
    return replace(session, drivers=replace(drivers, hosts=joining), nodes=Unseen())


def at_release(session: LabSession, name: str) -> LabSession:
    """Killed when Helm was installing. It waits for workloads, so that it does not get away."""

    def install(kubeconfig: str, release: Release) -> None:
        where = f"--namespace={release.namespace}"
        with programs(session.built.bin, kubeconfig) as call:
            values = call.file("values.yaml", yaml.safe_dump(release.values))
            helm = [str(session.built.bin / "helm"), "install", release.name, release.chart, where]
            files = {"KUBECONFIG": f"{call.directory}/kubeconfig", "HOME": str(call.directory)}
            subprocess.Popen([*helm, f"--values={values}", "--wait"], env=files)

            def pending() -> bool:
                try:
                    said = call.run("helm", "status", release.name, where, "--output=json")
                except ApiRefused:
                    return False
                return bool(json.loads(said)["info"]["status"] == "pending-install")

            until(pending)
            kill()

    drivers = session.drivers
    cluster = Installing(drivers.cluster, name, install)
    return replace(session, drivers=replace(drivers, cluster=cluster))


def without_api(session: LabSession, name: str) -> LabSession:
    """The way to the cluster's API is cut before the release."""

    def cut(*_: object) -> None:
        hosts = session.hosts
        hosts.surroundings = replace(hosts.surroundings, closed_ports=frozenset({API_PORT}))

    drivers = session.drivers
    cluster = Installing(drivers.cluster, name, cut)
    return replace(session, drivers=replace(drivers, cluster=cluster), nodes=Unseen())


HARMS = {
    "server": at_server,
    "join": at_join,
    "release": at_release,
    "ssh": without_ssh,
    "api": without_api,
}


def harmed(
    harm: str, name: str, order: Order, workspace: Workspace, session: LabSession, console: Console
) -> Report:
    """The run with the harm in it; SSH is there again after it."""
    report = embedded.carry_out(order, workspace, HARMS[harm](session, name), console)
    for server in session.simulator.servers():
        session.hosts.run_inside(server.id, ["systemctl", "start", "ssh"])
    return report


if __name__ == "__main__":
    harm, name = sys.argv.pop(1), sys.argv.pop(1)
    if os.getpgrp() != os.getpid():
        os.setsid()
    entry.carry_out = partial(entry.carry_out, act=partial(harmed, harm, name))
    main()
