"""A Sovereign, as a list of its parts: network, access, servers, join, cluster network, cloud
controller, the last gate, the baseline of policies.
"""

from typing import TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from sovereign import secrets
from sovereign.components.access import Access, Login
from sovereign.components.baseline import Baseline
from sovereign.components.cilium import Cilium
from sovereign.components.cloud_controller import CloudController
from sovereign.components.control_plane import ControlPlane
from sovereign.components.k3s_join import K3sJoin
from sovereign.components.network import Network
from sovereign.components.ready_gate import ReadyGate
from sovereign.components.worker_pool import WorkerPool
from sovereign.plan import SovereignPlan


class SovereignArgs(TypedDict):
    """What a Sovereign is made from."""

    plan: SovereignPlan
    """Everything that is decided."""
    seed: pulumi.Output[str]
    """The secret that every key and token is derived from."""
    hcloud_token: pulumi.Output[str]
    """For the cloud controller; secret."""


class Sovereign(pulumi.ComponentResource):
    """A Kubernetes cluster of its owner's own.

    Its parts are attributes that no annotation of the class names: those would be read as outputs
    where the class is served to other languages (`sovereign.hosted`).
    """

    def __init__(
        self, name: str, args: SovereignArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan, seed = args["plan"], args["seed"]
        super().__init__("sovereign:index:Sovereign", name, facts(plan), opts)
        child = pulumi.ResourceOptions(parent=self)
        key = seed.apply(lambda text: secrets.deploy_key(text, plan.name).private)
        login = Login(key, plan.ssh_port, plan.dial_error_limit)

        self.network = Network(name, {"plan": plan}, child)

        access = Access(
            name,
            {"cluster": plan.name, "extra_keys": plan.extra_ssh_keys, "seed": seed},
            child,
        )

        self.pools = {
            pool.name: WorkerPool(
                f"{name}-{pool.name}",
                {"pool": pool, "network": self.network, "key_ids": access.key_ids, "seed": seed},
                child,
            )
            for pool in plan.pools
        }
        workers = [node for pool in self.pools.values() for node in pool.nodes]

        self.control_plane = ControlPlane(
            f"{name}-control-plane",
            {
                "plan": plan,
                "network": self.network,
                "key_ids": access.key_ids,
                "seed": seed,
                "login": login,
                "workers": workers,
            },
            child,
        )
        control_planes = self.control_plane.nodes
        nodes = [*control_planes, *workers]
        anchor = next(node for node in control_planes if node.plan == plan.anchor)

        self.join = K3sJoin(
            f"{name}-join",
            {
                "plan": plan,
                "nodes": nodes,
                "login": login,
                "seed": seed,
                "network": self.network,
            },
            child,
        )

        provider = kubernetes.Provider(
            name,
            kubeconfig=self.join.kubeconfig,
            cluster_identifier=f"sovereign-{plan.name}",
            opts=child,
        )
        on_cluster = pulumi.ResourceOptions(parent=self, providers=[provider])

        self.cilium = Cilium(
            f"{name}-cilium",
            {
                "plan": plan,
                "control_planes": control_planes,
                "network": self.network,
                "anchor": anchor,
                "api": self.join.api,
                "login": login,
            },
            on_cluster,
        )

        cloud_controller = CloudController(
            f"{name}-cloud-controller",
            {
                "plan": plan,
                "network": self.network,
                "token": args["hcloud_token"],
                "api": self.join.api,
            },
            on_cluster,
        )

        gate = ReadyGate(
            f"{name}-ready",
            {
                "plan": plan,
                "nodes": nodes,
                "anchor": anchor,
                "login": login,
                "after": [*self.join.joins, self.cilium.release, cloud_controller.release],
            },
            child,
        )

        Baseline(
            f"{name}-baseline",
            {"plan": plan, "network": self.network, "ready": gate.ready},
            on_cluster,
        )

        self.register_outputs({"kubeconfig": self.join.kubeconfig})


def facts(plan: SovereignPlan) -> dict[str, object]:
    """Plain plan values that policies read in a first preview."""
    return {
        "clusterName": plan.name,
        "environment": pulumi.get_stack(),
        "location": plan.location,
        "controlPlanes": len(plan.control_planes),
        "workers": len(plan.workers),
        "attachments": plan.attachments,
        "apiServerAddress": plan.api_server_address,
        "k3sVersion": plan.k3s_version,
        "ciliumVersion": plan.cilium.version,
        "operatorCidrs": list(plan.operator_cidrs),
        "protect": plan.protect,
        "artifacts": [
            {"name": a.name, "version": a.version, "pinned": a.sha256 is not None}
            for a in plan.artifacts
        ],
    }
