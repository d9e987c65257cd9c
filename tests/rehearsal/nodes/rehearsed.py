"""The healthy dev Sovereign brought up on the node model as the program brings it up, with one
thing changed.

Plan, scripts, secrets and renderings are the real ones; only the project is written down by hand.
A `Change` names one field of what is sent: the same words stand in matrix.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from rehearsal import breaks
from rehearsal.nodes.environment import render
from rehearsal.nodes.model import NodeModel
from rehearsal.nodes.ports import ApiError, ClusterApi, Connection, Hosts, Outcome, Release
from rehearsal.nodes.project import Attachment, Machine, Rule
from rehearsal.runtime.model import Drivers, HetznerEndpoint
from sovereign import catalog, secrets
from sovereign.components.cilium import manifest_lines
from sovereign.components.kubeconfig import for_operators
from sovereign.plan import NodePlan, SovereignPlan, cilium, cloud_controller
from tests.rehearsal.nodes.change import (
    NOTHING,
    Change,
    changed,
    changed_yaml,
    machine_field,
)
from tests.rehearsal.nodes.planned import HCLOUD, NETWORK, SEED, Project, hcloud_secret, rendered

SCRIPTS = Path(catalog.__file__).parent / "scripts"


@dataclass
class Rehearsed:
    """One Sovereign on one model. `steps` holds how each step ended."""

    plan: SovereignPlan
    change: Change = NOTHING
    project: Project = field(default_factory=Project)
    steps: dict[str, Outcome] = field(default_factory=dict)
    """Step -> outcome; a call of the API that was refused counts as exit code 1."""
    kubeconfig: str = ""

    def __post_init__(self) -> None:
        self.model = NodeModel(self.project, SCRIPTS)
        self.hosts: Hosts = self.model
        self.cluster: ClusterApi = self.model
        for number, node in enumerate(self.plan.nodes, 1):
            if node.name not in self.project.machines:
                self.create_server(node, number)

    def reasons(self) -> dict[str, str]:
        """Node that is not Ready -> reason."""
        return {node.name: node.reason for node in self.model.status().nodes if not node.ready}

    def again(self, path: Path) -> "Rehearsed":
        """A second run over what the first one kept: same project, state by way of a file, nothing
        broken."""
        self.model.save(path)
        second = Rehearsed(self.plan, project=self.project)
        second.model.load(path)
        return second

    def broken(self, name: str) -> "Rehearsed":
        """This run with a break of the catalogue."""
        drivers = Drivers(HetznerEndpoint("http://127.0.0.1:1/v1"), self.hosts, self.cluster)
        drivers = breaks.inject(name, drivers, self.model)
        self.hosts, self.cluster = drivers.hosts, drivers.cluster
        return self

    def create_server(self, node: NodePlan, server_id: int) -> None:
        """Put the planned server into the project."""
        control_plane = node.role == "control-plane"
        firewall = self.plan.firewalls[node.role]
        machine = Machine(
            id=server_id,
            name=node.name,
            user_data=self.user_data(node),
            public_ipv4=f"198.51.100.{server_id}",
            status="running",
            attachments=(Attachment(NETWORK.id, node.private_ip),),
            rules=tuple(Rule("tcp", rule.port, rule.sources) for rule in firewall.rules),
            ssh_keys=(f"{self.deploy_key.public} dev-deploy",),
            image=node.image,
            server_type=node.server_type,
            role="control-plane" if control_plane else "worker",
        )
        if self.change.concerns("machine", node.name):
            machine = replace(machine, **{self.change.path: machine_field(self.change)})
        self.project.machines[node.name] = machine

    @property
    def deploy_key(self) -> secrets.KeyPair:
        """The key that logs in."""
        return secrets.deploy_key(SEED, self.plan.name)

    def user_data(self, node: NodePlan) -> str:
        """What the server boots with."""
        text = rendered(self.plan, node.name, self._changes("file", node))
        for change in self._changes("user-data", node):
            text = changed_yaml(text, change) if change.path else str(change.to)
        return text

    def bring_up(self) -> "Rehearsed":
        """All steps in the program's order, each tried whatever became of the one before."""
        first, *rest = self.plan.nodes
        self.join(first)
        self.script("api", first, "wait-api.sh", {"LIMIT_S": "600"})
        self.read_kubeconfig()
        self.install()
        for node in rest:
            self.join(node)
        self.wait_ready()
        return self

    def join(self, node: NodePlan) -> Outcome:
        """The join Command of a node."""
        server = node.role == "control-plane"
        config = changed(dict(node.k3s_config), self._changes("k3s", node))
        agent_token = secrets.agent_token(SEED, self.plan.name)
        through = node.joins_through
        variables = {
            "ROLE": "server" if server else "agent",
            "K3S_VERSION": self.plan.k3s_version,
            "BINARY_URL": node.binary.url,
            "BINARY_SHA256": node.binary.sha256 or "-",
            "CHECKSUM_URL": node.binary.checksums or "-",
            "CONFIG": yaml.safe_dump(config),
            "SERVER_URL": f"https://{through}:6443" if through else "",
            "TOKEN": secrets.server_token(SEED, self.plan.name) if server else agent_token,
            "AGENT_TOKEN": agent_token if server else "",
            "PEERS": " ".join(self.plan.peers(node)),
            "WORKERS": " ".join(self.plan.witnesses(node)),
            "LIMIT_S": "600",
        }
        variables = changed(variables, self._changes("join", node))
        return self.script(f"{node.name}-join", node, "join.sh", variables)

    def read_kubeconfig(self) -> None:
        """The kubeconfig as the program hands it on."""
        node = self.plan.nodes[0]
        machine = self.project.machines[node.name]
        read = self.script("kubeconfig", node, "read-kubeconfig.sh", {})
        if read.exit_code == 0:
            text = for_operators(
                read.stdout,
                cluster="dev",
                public_ip=machine.public_ipv4 or "",
                private_ip=node.private_ip,
            )
            for change in self._changes("kubeconfig"):
                text = changed_yaml(text, change)
            self.kubeconfig = text

    def install(self) -> None:
        """Gateway definitions, Cilium, its values on the node, the cloud controller."""
        first = self.plan.nodes[0]
        lines = manifest_lines(self.plan)
        for change in self._changes("manifests"):
            lines = "\n".join(x for x in lines.splitlines() if change.path not in x)
        manifests = {"MANIFESTS": lines, "LIMIT_S": "600"}
        self.script("gateway-crds", first, "apply-manifests.sh", manifests)
        self.release("cilium", self.cilium_release())
        values = {"VALUES": yaml.safe_dump(self.cilium_values())}
        self.script("values", first, "write-values.sh", values)
        self.api("secret", lambda: self.cluster.apply_object(self.kubeconfig, self.secret()))
        self.release("controller", self.controller_release())

    def cilium_values(self) -> dict[str, Any]:
        """The release's values, with the address from the control planes."""
        addresses = [node.private_ip for node in self.plan.control_planes]
        mode = self.plan.api_server_address
        several = len(addresses) > 1 and mode == "control-plane-ip"
        filled = cilium.fill(
            self.plan.cilium.values,
            host=cilium.server_host(mode, addresses[0]),
            urls=cilium.server_urls(addresses) if several else None,
        )
        return changed(filled, self._changes("cilium"))

    def cilium_release(self) -> Release:
        """The Cilium release."""
        planned = self.plan.cilium
        return Release(
            "cilium", "kube-system", planned.chart, planned.version, self.cilium_values()
        )

    def controller_release(self) -> Release:
        """The cloud controller's release."""
        planned = self.plan.cloud_controller
        values = changed(dict(planned.values), self._changes("controller"))
        name = cloud_controller.NAME
        return Release(name, "kube-system", planned.chart, planned.version, values)

    def secret(self) -> dict[str, Any]:
        """The Secret that the cloud controller reads."""
        return hcloud_secret(changed(HCLOUD, self._changes("secret")))

    def wait_ready(self) -> Outcome:
        """The last gate."""
        variables = {
            "NODES": " ".join(node.name for node in self.plan.nodes),
            "COMPONENTS": " ".join(part.reference for part in self.plan.components),
            "CLUSTER": self.plan.name,
            "PROTECT": "",
            "LIMIT_S": "900",
        }
        return self.script("ready", self.plan.nodes[0], "wait-ready.sh", variables)

    def leave(self, name: str) -> Outcome:
        """Let the node of that name leave through the first control plane."""
        server = str(self.project.machines[name].id)
        variables = {"NODE": name, "SERVER_ID": server, "LIMIT_S": "600"}
        return self.script("leave", self.plan.nodes[0], "leave.sh", variables)

    def script(self, step: str, node: NodePlan, name: str, variables: Mapping[str, str]) -> Outcome:
        """Run a script as the program's Command does."""
        text = (SCRIPTS / name).read_text(encoding="utf-8")
        outcome = self.hosts.run(self.connection(node), text, render(dict(variables)))
        self.steps[step] = outcome
        return outcome

    def connection(self, node: NodePlan) -> Connection:
        """How the program connects to a node."""
        machine = self.project.machines[node.name]
        connection = Connection(
            host=machine.public_ipv4 or "",
            port=self.plan.ssh_port,
            user="root",
            private_key=self.deploy_key.private,
            host_key=secrets.host_key(SEED, node.name, node.generation).public,
            dial_error_limit=60,
        )
        if self.change.concerns("connection", node.name):
            connection = replace(connection, **{self.change.path: self.change.to})
        return connection

    def release(self, step: str, release: Release) -> None:
        """Install a release."""
        if self.change.concerns("release", step):
            release = replace(release, **{self.change.path: self.change.to})
        self.api(step, lambda: self.cluster.install_release(self.kubeconfig, release))

    def api(self, step: str, call: Any) -> None:
        """Call the API and note how it ended."""
        try:
            call()
            self.steps[step] = Outcome("", "", 0)
        except ApiError as error:
            self.steps[step] = Outcome("", error.reason, 1)

    def _changes(self, where: str, node: NodePlan | None = None) -> tuple[Change, ...]:
        wanted = self.change.concerns(where, node.name if node else "")
        return (self.change,) if wanted else ()
