"""The `sovereign` command, but for one thing: an `up` with faults is cured and tried again.

Run as a program with the command's arguments and the file for the first answer before them. Its
output is the second answer.
"""

import json
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from rehearsal import embedded
from rehearsal.hetzner import HetznerSimulator
from rehearsal.hetzner.core.routing import Request
from rehearsal.isolation import TOKEN
from rehearsal.lab import entry
from rehearsal.lab.session import HOSTS, LabSession
from rehearsal.nodes.ports import ClusterApi, Release
from rehearsal.order import Order
from rehearsal.report import Report
from rehearsal.workspace import Workspace
from sovereign.cli import main

BOOTS = ".boots"
"""Ends the name of the file, beside the first answer, that says how long boots took."""
OVERLAP = "addresses of nodes are in it"
"""In the reason of a node whose way to the API leads to pods."""


@dataclass(frozen=True)
class Asked:
    """A cluster, and the releases that the program asked it for, whatever a fault makes of them."""

    inner: ClusterApi
    releases: dict[str, tuple[str, Release]] = field(default_factory=dict)

    def install_release(self, kubeconfig: str, release: Release) -> None:
        """Remember it first."""
        self.releases[release.name] = (kubeconfig, release)
        self.inner.install_release(kubeconfig, release)

    def uninstall_release(self, kubeconfig: str, name: str, namespace: str) -> None:
        """As it is."""
        self.inner.uninstall_release(kubeconfig, name, namespace)

    def apply_object(self, kubeconfig: str, manifest: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return self.inner.apply_object(kubeconfig, manifest)

    def delete_object(self, kubeconfig: str, manifest: dict[str, Any]) -> None:
        """As it is."""
        self.inner.delete_object(kubeconfig, manifest)


def broken_then_cured(
    first: Path, order: Order, workspace: Workspace, session: LabSession, console: Console
) -> Report:
    """Write the broken run's answer down, take the faults away, run again.

    What a fault made of a release is below what the state knows of it, so the second run would find
    nothing to change: releases are brought to what the program asked for, as an operator would.
    """
    asked = Asked(session.drivers.cluster)
    broken = replace(session, drivers=replace(session.drivers, cluster=asked))
    answer = embedded.carry_out(order, workspace, broken, console)
    first.write_text(json.dumps(answer.as_json()), encoding="utf-8")
    first.with_suffix(BOOTS).write_text(json.dumps(boots(workspace, session)), encoding="utf-8")
    cured = session.cured()
    for kubeconfig, release in asked.releases.values():
        cured.drivers.cluster.install_release(kubeconfig, release)
    for node in answer.nodes:
        if OVERLAP in node.reason:
            known = {"apiVersion": "cilium.io/v2", "kind": "CiliumNode"}
            kubeconfig, _ = asked.releases["cilium"]
            cured.drivers.cluster.delete_object(
                kubeconfig, {**known, "metadata": {"name": node.name}}
            )
            reset(session.simulator, node.name)
    return embedded.carry_out(order, workspace, cured, console)


def boots(workspace: Workspace, session: LabSession) -> dict[str, float]:
    """Name of a server whose cloud-init has ended -> seconds since its host was switched on until
    it had, by the host's own record.
    """
    found = {}
    for server in session.simulator.servers():
        on = (workspace.directory / HOSTS / str(server.id) / "pid").stat().st_mtime
        said = session.hosts.run_inside(server.id, ["cat", "/run/cloud-init/status.json"])
        ended = json.loads(said.stdout or "{}").get("v1", {}).get("modules-final", {})
        if ended.get("finished"):
            found[server.name] = ended["finished"] - on
    return found


def reset(simulator: HetznerSimulator, name: str) -> None:
    """Power-cycle a server: its own routes to pods keep it from ever hearing of better ones, as
    those of the others do until its old range is deleted.
    """
    server = next(one for one in simulator.servers() if one.name == name)
    done = simulator.handle(Request("POST", f"/servers/{server.id}/actions/reset", {}, None), TOKEN)
    assert done is not None
    assert done.status < 400, done.body


if __name__ == "__main__":
    file = Path(sys.argv.pop(1))
    entry.carry_out = partial(entry.carry_out, act=partial(broken_then_cured, file))
    main()
