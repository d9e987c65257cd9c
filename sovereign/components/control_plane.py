"""The servers that run the Kubernetes API and etcd: an odd number, each at an address that follows
from its id.

Deleting one is refused where the plan protects it. They are created in parallel and joined one at a
time by `K3sJoin`.
"""

import pulumi

from sovereign.components import server
from sovereign.plan import SovereignPlan


class ControlPlaneArgs(server.ServersArgs):
    """What the control plane is made from."""

    plan: SovereignPlan
    """The whole plan; `control_planes` and `protect` are read."""


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

        self.nodes = server.create_all(self, plan.control_planes, args, protect=plan.protect)

        self.register_outputs({"privateIps": [node.private_ip for node in self.nodes]})
