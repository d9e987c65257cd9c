"""A pool of workers: equal servers with stable ids, unique over the environment. Removing one
touches no other.

A pool may be in another location of the same network zone. Workers are never protected: they come
and go.
"""

from typing import TypedDict

import pulumi

from sovereign.components import server
from sovereign.components.network import Network
from sovereign.plan.model import PoolPlan


class WorkerPoolArgs(TypedDict):
    """What a pool is made from."""

    pool: PoolPlan
    """Name, location and planned nodes."""
    network: Network
    """Where the servers are attached."""
    key_ids: list[pulumi.Output[str]]
    """Hetzner ids of the SSH keys put on new servers."""
    seed: pulumi.Output[str]
    """The secret that host keys are derived from."""


class WorkerPool(pulumi.ComponentResource):
    """The servers of one pool."""

    nodes: list[server.Node]
    """In the order of their ids."""

    def __init__(
        self, name: str, args: WorkerPoolArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        pool = args["pool"]
        facts = {
            "pool": pool.name,
            "location": pool.location,
            "nodes": [server.facts(node) for node in pool.nodes],
        }
        super().__init__("sovereign:index:WorkerPool", name, facts, opts)

        self.nodes = [
            server.create(
                self,
                node,
                network=args["network"],
                key_ids=args["key_ids"],
                seed=args["seed"],
                protect=False,
            )
            for node in pool.nodes
        ]

        self.register_outputs({"privateIps": [node.private_ip for node in self.nodes]})
