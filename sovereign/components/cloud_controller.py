"""Hetzner's cloud controller manager: clears the uninitialized taint, sets provider ids, serves
LoadBalancer Services.

Part of the default, for the provider id of a node cannot change later. The token lives in its
Secret and nowhere else on the cluster. Routes are off: Cilium tunnels.
"""

import hashlib
from typing import TypedDict

import pulumi
from pulumi_kubernetes.core.v1 import Secret
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from sovereign.components import charts
from sovereign.components.network import Network
from sovereign.plan import SovereignPlan, cloud_controller

ROTATION = "sovereign/token"
"""Annotation of the controller's pod: it reads the token once, so another one must restart it."""


class CloudControllerArgs(TypedDict):
    """What the controller is made from."""

    plan: SovereignPlan
    """The whole plan; `cloud_controller` is read."""
    network: Network
    """The private network; Secret and release go with it."""
    token: pulumi.Output[str]
    """Hetzner API token; secret."""
    api: pulumi.Resource
    """The API gate."""


class CloudController(pulumi.ComponentResource):
    """The controller and its Secret. Needs an explicit Kubernetes provider."""

    release: pulumi.Resource
    """For the ready gate to wait for."""

    def __init__(
        self, name: str, args: CloudControllerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan, network = args["plan"], args["network"]
        controller = plan.cloud_controller
        super().__init__("sovereign:index:CloudController", name, facts(plan), opts)

        secret = Secret(
            f"{plan.name}-hcloud",
            metadata=ObjectMetaArgs(name="hcloud", namespace=cloud_controller.NAMESPACE),
            string_data={
                "token": args["token"],
                "network": network.network_id.apply(str),
            },
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[args["api"]], deleted_with=network.subnet
            ),
        )

        self.release = charts.release(
            name,
            release_name=cloud_controller.NAME,
            namespace=cloud_controller.NAMESPACE,
            chart=controller.chart,
            version=controller.version,
            sha256=controller.chart_sha256,
            values={**controller.values, "podAnnotations": {ROTATION: fingerprint(args["token"])}},
            parent=self,
            depends_on=[args["api"], secret],
            deleted_with=network.subnet,
        )

        self.register_outputs({})


def fingerprint(token: pulumi.Output[str]) -> pulumi.Output[str]:
    """The beginning of the token's SHA-256, which tells nothing about the token."""
    digest = token.apply(lambda text: hashlib.sha256(text.encode()).hexdigest()[:16])
    return pulumi.Output.unsecret(digest)


def facts(plan: SovereignPlan) -> dict[str, object]:
    """Plain plan values that policies read in a first preview."""
    return {
        "version": plan.cloud_controller.version,
        "podCidr": plan.network.pod_cidr,
        "routes": False,
    }
