"""A standing lab from the command line: a shell on a host, kubectl, and its end."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

from rehearsal.hetzner import HetznerSimulator, HetznerState
from rehearsal.lab import build, machine, record
from rehearsal.lab.entry import NETWORK_NAMESPACES, take_down
from rehearsal.lab.fabric import Fabric, FabricError
from rehearsal.lab.machine import Unavailable
from rehearsal.lab.nodes import API_PORT, control_planes
from rehearsal.lab.session import host_set
from rehearsal.nodes.project import Machine, SimulatedProject
from rehearsal.workspace import Busy, Workspace, name_of, open_workspace, workspace_of

__all__ = ["Busy", "Down", "Login", "NoSuchLab", "Unavailable", "Visit", "down", "visit"]

KUBECONFIG = "/etc/rancher/k3s/k3s.yaml"


class NoSuchLab(Exception):
    """No lab, or no such node in it; one sentence."""


@dataclass(frozen=True)
class Login:
    """How the program logs in to a node."""

    port: int
    private_key: str = field(repr=False)
    host_key: str
    """The pinned public host key, as OpenSSH writes it."""


@dataclass(frozen=True)
class Visit:
    """A lab that stands."""

    workspace: Workspace
    fabric: Fabric
    machines: tuple[Machine, ...]

    def ssh(self, node: str, login: Login, command: Sequence[str]) -> int:
        """A shell on a node, or `command` there; the exit code of ssh(1)."""
        machine = next((one for one in self.machines if one.name == node), None)
        if machine is None or machine.public_ipv4 is None:
            names = ", ".join(one.name for one in self.machines)
            raise NoSuchLab(f"the lab has no node {node}; it has {names or 'none'}")
        known = f"[{machine.public_ipv4}]:{login.port}" if login.port != 22 else machine.public_ipv4
        with _private(f"{known} {login.host_key}\n") as hosts, _private(login.private_key) as key:
            options = {
                "IdentityFile": key,
                "IdentitiesOnly": "yes",
                "UserKnownHostsFile": hosts,
                "StrictHostKeyChecking": "yes",
                "LogLevel": "ERROR",
            }
            words = [word for pair in options.items() for word in ("-o", "=".join(map(str, pair)))]
            address = ["-p", str(login.port), f"root@{machine.public_ipv4}"]
            return self._inside("ssh", "-F", "none", *words, *address, "--", *command)

    def kubectl(self, arguments: Sequence[str]) -> int:
        """kubectl on the cluster, from where its operator is; the exit code of kubectl."""
        built = build.ready(build.cache_directory(), _say)
        hosts = host_set(self.workspace, self.fabric, built)
        for server in control_planes(self.machines):
            read = hosts.run_inside(server.id, ["cat", KUBECONFIG])
            if read.returncode == 0:
                with _private(read.stdout) as kubeconfig:
                    return self._inside(
                        str(built.bin / "kubectl"),
                        f"--kubeconfig={kubeconfig}",
                        f"--server=https://{server.public_ipv4}:{API_PORT}",
                        f"--tls-server-name={server.private_ip}",
                        *arguments,
                    )
        raise NoSuchLab("no control plane of the lab runs k3s")

    def _inside(self, program: str, *arguments: str) -> int:
        for command in ("nsenter", program):
            if shutil.which(command) is None:
                raise Unavailable(machine.lacking(command))
        namespace = NETWORK_NAMESPACES / self.fabric.operator_namespace
        entering = ["nsenter", f"--net={namespace}", "--", program, *arguments]
        return subprocess.run(entering, check=False).returncode


@dataclass(frozen=True)
class Down:
    """What became of all labs of a directory."""

    names: list[str]
    """Workspaces of those of which nothing is left."""
    failures: list[str]
    """A sentence for each of the others."""


@contextmanager
def visit(root: Path, stack: str, breaks: Sequence[str], project: str) -> Iterator[Visit]:
    """The lab of a project's stack with those faults; raises NoSuchLab where none stands, and
    Unavailable where one does and this user may not enter it.
    """
    workspace = workspace_of(root, name_of(stack, project), breaks, lab=True)
    kept = record.load(workspace.directory)
    if kept is None or not kept.stands:
        rule = f"no lab of stack {stack} stands"
        raise NoSuchLab(f"{rule}; sovereign rehearse up --lab --keep --stack {stack} makes one")
    machine.require_root()
    state = HetznerState.load(workspace.hetzner)
    simulated = SimulatedProject(HetznerSimulator(state))
    yield Visit(workspace, _fabric(kept), simulated.servers())


def down(root: Path) -> Down:
    """Take down every lab of this directory. Raises Unavailable where one may not."""
    names, failures = [], []
    for directory, kept in list(record.standing(root)):
        machine.require_root()
        stack, _, breaks = directory.name.partition(record.MARK)
        try:
            with open_workspace(root, stack, breaks.split("+")[1:], lab=True) as workspace:
                left = take_down(workspace, _fabric(kept))
        except (Busy, FabricError) as problem:
            failures.append(str(problem))
            continue
        if left:
            failures.append(f"of {directory.name} is left: {', '.join(left)}")
        else:
            names.append(directory.name)
    return Down(names, failures)


def _fabric(kept: record.Record) -> Fabric:
    return Fabric(kept.lab_id, IPv4Address(kept.operator))


@contextmanager
def _private(text: str) -> Iterator[Path]:
    """A file that only its owner reads, gone at the end."""
    with tempfile.NamedTemporaryFile("w", prefix="sovereign-lab-", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        yield Path(file.name)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
