"""The servers that run the Kubernetes API and etcd: an odd number, each at an address that follows
from its id.

New ones are created in parallel and joined one at a time by `K3sJoin`. One of a raised generation
waits for the one before it in turn, and until the node that it replaces has left the cluster: that
one is asked through the first in turn. The first itself is deleted as it is: that is what raising
all of them at once does to one, and raising the lowest to a number that is still the lowest.
"""

from collections.abc import Sequence

import pulumi
from pulumi_command import remote

from sovereign.components import server, ssh
from sovereign.components.access import Login
from sovereign.components.server import Node
from sovereign.plan import NodePlan, SovereignPlan


class ControlPlaneArgs(server.ServersArgs):
    """What the control plane is made from."""

    plan: SovereignPlan
    """The whole plan; `in_turn`, `protect`, names and limits are read."""
    login: Login
    """How to log in to the control plane that the program talks to."""
    workers: list[Node]
    """Those of a raised generation leave through the control plane as it was, so before it."""


class ControlPlane(pulumi.ComponentResource):
    """The control-plane servers."""

    nodes: list[server.Node]
    """In the order of their ids."""

    def __init__(
        self, name: str, args: ControlPlaneArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan = args["plan"]
        facts = {
            "location": plan.location,
            "nodes": [server.facts(node) for node in plan.control_planes],
        }
        super().__init__("sovereign:index:ControlPlane", name, facts, opts)

        made: list[Node] = []
        raised: list[pulumi.Resource] = [worker.server for worker in args["workers"]]
        for node in plan.in_turn:
            after: list[pulumi.Resource] = []
            if node.generation > 1:
                after = [self._retire(node, made[0], args, raised)] if made else [*raised]
            made.append(server.create(self, node, args, protect=plan.protect, after=after))
            if node.generation > 1:
                raised.append(made[-1].server)
        self.nodes = sorted(made, key=lambda one: one.plan.id)

        self.register_outputs({"privateIps": [node.private_ip for node in self.nodes]})

    def _retire(
        self, node: NodePlan, anchor: Node, args: ControlPlaneArgs, after: Sequence[pulumi.Resource]
    ) -> remote.Command:
        plan = args["plan"]
        others = [one.name for one in plan.control_planes if one.name != node.name]
        return ssh.run(
            f"{node.name}-retire",
            "retire.sh",
            anchor,
            args["login"],
            {
                "NODE": node.name,
                "ADDRESS": node.private_ip,
                "SSH_PORT": str(plan.ssh_port),
                "HOST_KEY": server.public_half(server.host_keys(node, args["seed"])),
                "OTHERS": " ".join(others),
                "NODES": " ".join(one.name for one in plan.nodes),
                "CLUSTER": plan.name,
                "PROTECT": "yes" if plan.protect else "",
                "LIMIT_S": str(plan.join_limit_s),
            },
            pulumi.ResourceOptions(parent=self, depends_on=list(after)),
            triggers=[node.generation],
        )
