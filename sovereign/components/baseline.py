"""Cluster-wide policies that hold before anybody installs a workload: pods stay off Hetzner's
metadata service, which hands out the nodes' user data to whoever asks.

Applied after the ready gate: Cilium's operator makes the definitions of these kinds when it runs.
"""

from typing import TypedDict

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from sovereign.components.network import Network
from sovereign.plan import SovereignPlan


class BaselineArgs(TypedDict):
    """What the policies are applied with."""

    plan: SovereignPlan
    """The whole plan; `policies` is read."""
    network: Network
    """The policies go with it."""
    ready: pulumi.Resource
    """The ready gate's Command."""


class Baseline(pulumi.ComponentResource):
    """The policies. Needs an explicit Kubernetes provider."""

    def __init__(
        self, name: str, args: BaselineArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan = args["plan"]
        super().__init__("sovereign:index:Baseline", name, facts(plan), opts)

        for policy in plan.policies:
            CustomResource(
                f"{plan.name}-{policy['metadata']['name']}",
                api_version=policy["apiVersion"],
                kind=policy["kind"],
                metadata=policy["metadata"],
                spec=policy["spec"],
                opts=pulumi.ResourceOptions(
                    parent=self,
                    depends_on=[args["ready"]],
                    deleted_with=args["network"].subnet,
                ),
            )

        self.register_outputs({})


def facts(plan: SovereignPlan) -> dict[str, object]:
    """Plain plan values that policies read in a first preview."""
    return {"policies": [policy["metadata"]["name"] for policy in plan.policies]}
