"""From prepared servers to a Kubernetes cluster: one idempotent join per node over SSH, the API
gate, the kubeconfig.

The first control plane in turn creates the cluster; behind the API gate further ones join one at a
time (parallel ones fail with "too many learners": KH#54, k3s#2533) and workers in parallel. A
worker that goes away is drained first, through a control plane; control planes leave by the last
gate, or before their server is replaced (`ControlPlane`). Neither Cilium nor the cloud controller
waits for joins, nor joins for them: each such edge is a deadlock (facts: k3s bring-up).
"""

from typing import TypedDict

import pulumi
import yaml
from pulumi_command import remote

from sovereign import secrets
from sovereign.components import ssh
from sovereign.components.access import Login
from sovereign.components.kubeconfig import for_operators
from sovereign.components.network import Network
from sovereign.components.server import Node
from sovereign.plan import NodePlan, SovereignPlan


class K3sJoinArgs(TypedDict):
    """What the join is made from."""

    plan: SovereignPlan
    """The whole plan; nodes, versions and limits are read."""
    nodes: list[Node]
    """The servers, control planes first."""
    login: Login
    """How to log in to them."""
    network: Network
    """It goes only when everything does: nobody leaves then."""
    seed: pulumi.Output[str]
    """The secret that join tokens are derived from."""


class K3sJoin(pulumi.ComponentResource):
    """Joins, API gate and kubeconfig."""

    api: remote.Command
    """The API gate: done when the API of the first control plane answers."""
    joins: list[remote.Command]
    """One per node."""
    kubeconfig: pulumi.Output[str]
    """Secret; for operators and for the Kubernetes provider."""

    def __init__(
        self, name: str, args: K3sJoinArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan, login = args["plan"], args["login"]
        super().__init__("sovereign:index:K3sJoin", name, facts(plan), opts)
        nodes = {node.plan.name: node for node in args["nodes"]}
        anchor = nodes[plan.anchor.name]
        by_address = {node.plan.private_ip: node for node in args["nodes"]}
        self._args, self._by_address = args, by_address

        first = self._join(anchor, after=[])

        self.api = ssh.run(
            f"{plan.name}-api",
            "wait-api.sh",
            anchor,
            login,
            {"LIMIT_S": str(plan.api_limit_s)},
            pulumi.ResourceOptions(parent=self, depends_on=[first]),
            triggers=[plan.k3s_version],
        )

        read = ssh.run(
            f"{plan.name}-kubeconfig",
            "read-kubeconfig.sh",
            anchor,
            login,
            {},
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[self.api],
                additional_secret_outputs=["stdout", "stderr"],
            ),
            # Its certificate lasts a year and is renewed when k3s restarts.
            triggers=[plan.k3s_version],
        )
        self.kubeconfig = pulumi.Output.secret(
            pulumi.Output.all(read.stdout, anchor.public_ip, anchor.private_ip).apply(
                lambda read: for_operators(
                    read[0], cluster=plan.name, public_ip=read[1], private_ip=read[2]
                )
            )
        )

        self.joins = [first]
        for follower in plan.in_turn[1:]:
            self.joins.append(self._join(nodes[follower.name], after=[self.api, self.joins[-1]]))

        # A kubelet is never newer than an API server, so workers follow the last control plane.
        last_server = self.joins[-1]
        for node in nodes.values():
            if node.plan.role == "worker":
                self.joins.append(self._join(node, after=[self.api, last_server]))
                self._leave(node, anchor, after=[self.joins[-1]])

        self.register_outputs({"kubeconfig": self.kubeconfig})

    def _join(self, node: Node, after: list[remote.Command]) -> remote.Command:
        plan, seed = self._args["plan"], self._args["seed"]
        server = node.plan.role == "control-plane"
        through = node.plan.joins_through
        url: pulumi.Input[str] = ""
        if through is not None:
            url = pulumi.Output.concat("https://", self._by_address[through].private_ip, ":6443")
        server_token = seed.apply(lambda text: secrets.server_token(text, plan.name))
        agent_token = seed.apply(lambda text: secrets.agent_token(text, plan.name))
        return ssh.run(
            f"{node.plan.name}-join",
            "join.sh",
            node,
            self._args["login"],
            {
                "ROLE": role(node.plan),
                "K3S_VERSION": plan.k3s_version,
                "BINARY_URL": node.plan.binary.url,
                "BINARY_SHA256": node.plan.binary.sha256 or "-",
                "CHECKSUM_URL": node.plan.binary.checksums or "-",
                "CONFIG": yaml.safe_dump(dict(node.plan.k3s_config), sort_keys=True),
                "SERVER_URL": url,
                "TOKEN": server_token if server else agent_token,
                "AGENT_TOKEN": agent_token if server else "",
                "PEERS": " ".join(plan.peers(node.plan)),
                "WORKERS": " ".join(plan.witnesses(node.plan)),
                "LIMIT_S": str(plan.join_limit_s),
            },
            pulumi.ResourceOptions(parent=self, depends_on=after),
        )

    def _leave(self, node: Node, anchor: Node, after: list[remote.Command]) -> remote.Command:
        """Drains the worker before its server goes; skipped when everything goes.

        Not bound to the server that it asks: that one may be replaced, or removed, while others
        stay.
        """
        return ssh.run_on_delete(
            f"{node.plan.name}-leave",
            "leave.sh",
            anchor,
            self._args["login"],
            {
                "NODE": node.plan.name,
                "SERVER_ID": node.server.id,
                "LIMIT_S": str(self._args["plan"].join_limit_s),
            },
            pulumi.ResourceOptions(
                parent=self, depends_on=after, deleted_with=self._args["network"].subnet
            ),
            triggers=[node.server.id],
        )


def role(plan: NodePlan) -> str:
    """The k3s command that the node runs: `server` or `agent`."""
    return "server" if plan.role == "control-plane" else "agent"


def facts(plan: SovereignPlan) -> dict[str, object]:
    """Plain plan values that policies read in a first preview: every node's k3s options, without
    tokens and URL.
    """
    nodes = [
        {"name": node.name, "role": role(node), "config": dict(node.k3s_config)}
        for node in plan.nodes
    ]
    return {"version": plan.k3s_version, "nodes": nodes}
