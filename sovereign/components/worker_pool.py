"""A pool of workers: equal servers with stable ids, unique over the environment. Removing one
touches no other.

A pool may be in another location of the same network zone. Workers are never protected: they come
and go.
"""

import pulumi

from sovereign.components import server
from sovereign.plan.model import PoolPlan


class WorkerPoolArgs(server.ServersArgs):
    """What a pool is made from."""

    pool: PoolPlan
    """Name, location and planned nodes."""


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

        self.nodes = server.create_all(self, pool.nodes, args, protect=False)

        self.register_outputs({"privateIps": [node.private_ip for node in self.nodes]})
