"""The last gate: `up` ends when every planned node and every component is Ready, or says which is
not and why. Control planes that are no longer planned leave through it, before their servers go.

It runs again when a node or the values change. Its limit is `gates.readyS` seconds.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import TypedDict

import pulumi

from sovereign.components import ssh
from sovereign.components.access import Login
from sovereign.components.server import Node
from sovereign.plan import SovereignPlan


class ReadyGateArgs(TypedDict):
    """What the gate waits for."""

    plan: SovereignPlan
    """The whole plan; nodes, components and the limit are read."""
    nodes: list[Node]
    """Whose ids make the gate run again."""
    anchor: Node
    """The control plane that is asked."""
    login: Login
    """How to log in to it."""
    after: Sequence[pulumi.Resource]
    """Joins and releases."""


class ReadyGate(pulumi.ComponentResource):
    """Every node Ready, every component Ready."""

    ready: pulumi.Resource
    """The Command that waits."""

    def __init__(
        self, name: str, args: ReadyGateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan = args["plan"]
        super().__init__("sovereign:index:ReadyGate", name, facts(plan), opts)

        self.ready = ssh.run(
            name,
            "wait-ready.sh",
            args["anchor"],
            args["login"],
            {
                "NODES": " ".join(node.name for node in plan.nodes),
                "COMPONENTS": " ".join(part.reference for part in plan.components),
                "CLUSTER": plan.name,
                "PROTECT": "yes" if plan.protect else "",
                "LIMIT_S": str(plan.ready_limit_s),
            },
            pulumi.ResourceOptions(parent=self, depends_on=list(args["after"])),
            triggers=[*(node.server.id for node in args["nodes"]), fingerprint(plan)],
        )

        self.register_outputs({})


def fingerprint(plan: SovereignPlan) -> str:
    """SHA-256 of what nodes and releases are made of."""
    parts = [
        plan.cilium.version,
        dict(plan.cilium.values),
        plan.cloud_controller.version,
        dict(plan.cloud_controller.values),
        plan.k3s_version,
        [dict(node.k3s_config) for node in plan.nodes],
        [node.server_type for node in plan.nodes],
        [part.reference for part in plan.components],
        [manifest.url for manifest in plan.cilium.manifests],
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def facts(plan: SovereignPlan) -> dict[str, object]:
    """Plain plan values that policies read in a first preview."""
    return {
        "nodes": [node.name for node in plan.nodes],
        "components": [part.reference for part in plan.components],
        "limitS": plan.ready_limit_s,
    }
