"""Cilium, the only network of the cluster: the Gateway API definitions, then one Helm release, and
its values on the node.

`k8sServiceHost` is the control plane's private-IP output, never typed in: on a k3s agent nothing
listens on 127.0.0.1:6443. The values exist once; release, stack output and the file on the control
plane are rendered from them.
"""

from typing import Any, TypedDict

import pulumi
import yaml

from sovereign.components import charts, ssh
from sovereign.components.access import Login
from sovereign.components.network import Network
from sovereign.components.server import Node
from sovereign.plan import SovereignPlan, cilium


class CiliumArgs(TypedDict):
    """What the release is made from."""

    plan: SovereignPlan
    """The whole plan; `cilium` is read."""
    control_planes: list[Node]
    """In the order of their ids; their private addresses are where Cilium reaches the API."""
    network: Network
    """The release goes with it."""
    anchor: Node
    """The control plane that the program talks to."""
    api: pulumi.Resource
    """The API gate."""
    login: Login
    """How to log in to the control plane."""


class Cilium(pulumi.ComponentResource):
    """The Cilium release. Needs an explicit Kubernetes provider."""

    values: pulumi.Output[dict[str, Any]]
    """All Helm values, as installed."""
    release: pulumi.Resource
    """For the ready gate to wait for."""

    def __init__(
        self, name: str, args: CiliumArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan, anchor, login = args["plan"], args["anchor"], args["login"]
        super().__init__("sovereign:index:Cilium", name, facts(plan), opts)
        values = server_values(plan, [node.private_ip for node in args["control_planes"]])
        self.values = pulumi.Output.from_input(values)

        manifests = ssh.run(
            f"{plan.name}-gateway-crds",
            "apply-manifests.sh",
            anchor,
            login,
            {"MANIFESTS": manifest_lines(plan), "LIMIT_S": str(plan.api_limit_s)},
            pulumi.ResourceOptions(parent=self, depends_on=[args["api"]]),
        )

        self.release = charts.release(
            name,
            release_name="cilium",
            namespace=cilium.NAMESPACE,
            chart=plan.cilium.chart,
            version=plan.cilium.version,
            sha256=plan.cilium.chart_sha256,
            values=values,
            parent=self,
            depends_on=[args["api"], manifests],
            deleted_with=args["network"].subnet,
        )

        ssh.run(
            f"{plan.name}-cilium-values",
            "write-values.sh",
            anchor,
            login,
            {"VALUES": self.values.apply(lambda known: yaml.safe_dump(known, sort_keys=True))},
            pulumi.ResourceOptions(parent=self, depends_on=[args["api"]]),
        )

        self.register_outputs({"values": self.values})


def server_values(plan: SovereignPlan, addresses: list[pulumi.Output[str]]) -> dict[str, Any]:
    """The planned values with the API server's address taken from the control planes' outputs."""
    mode = plan.api_server_address
    several = len(addresses) > 1 and mode == "control-plane-ip"
    urls = pulumi.Output.all(*addresses).apply(cilium.server_urls) if several else None
    return cilium.fill(plan.cilium.values, host=cilium.server_host(mode, addresses[0]), urls=urls)


def manifest_lines(plan: SovereignPlan) -> str:
    """`URL SHA256 CHECKSUM_URL` per line, `-` for what there is not."""
    lines = [f"{m.url} {m.sha256 or '-'} {m.checksums or '-'}" for m in plan.cilium.manifests]
    return "\n".join(lines)


def facts(plan: SovereignPlan) -> dict[str, object]:
    """Plain plan values that policies read in a first preview: all values but the API server's
    host.
    """
    return {
        "version": plan.cilium.version,
        "apiServerAddress": plan.api_server_address,
        "values": dict(plan.cilium.values),
    }
