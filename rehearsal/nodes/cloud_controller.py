"""Hetzner's cloud controller manager: what its release needs, and which nodes it initializes.

Source: hetznercloud/hcloud-cloud-controller-manager `chart/templates/deployment.yaml`
(tolerations, host network).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from rehearsal.nodes.helm_values import HelmValues
from rehearsal.nodes.project import Machine, PrivateNetwork
from rehearsal.nodes.scheduling import (
    CONTROL_PLANE,
    NO_EXECUTE,
    NO_SCHEDULE,
    NOT_READY,
    UNINITIALIZED,
    Toleration,
    Workload,
    exists,
    tolerations,
)
from rehearsal.nodes.secret_digest import digest

CHART = "hcloud-cloud-controller-manager"
NAMESPACE = "kube-system"
SECRET = "hcloud"
LOWEST = (1, 30, 1)
"""Below, it panics: the field `datacenter` left Hetzner's API on 2026-07-01 (HK#764)."""


@dataclass(frozen=True)
class CloudController:
    """An installed release of it, and the digests of the Secret that it reads."""

    version: str
    values: HelmValues
    secret: Mapping[str, str] | None

    @property
    def networking(self) -> bool:
        """Whether it knows private addresses."""
        return self.values.on("networking.enabled")

    def workload(self) -> Workload:
        """Its Deployment. It tolerates no `not-ready:NoSchedule`: its node needs a running CNI."""
        return Workload(
            "deployment",
            NAMESPACE,
            str(self.values.get("nameOverride", CHART)),
            replicas=int(self.values.get("replicaCount", 1)),
            tolerations=(
                Toleration(UNINITIALIZED, value="true", effect=NO_SCHEDULE),
                *exists("CriticalAddonsOnly"),
                *exists("node-role.kubernetes.io/master", CONTROL_PLANE, effect=NO_SCHEDULE),
                Toleration(NOT_READY, effect=NO_EXECUTE),
                *tolerations(self.values.get("additionalTolerations", ())),
            ),
            node_selector=tuple(sorted(self.values.get("nodeSelector", {}).items())),
        )

    def start_failure(self, networks: tuple[PrivateNetwork, ...]) -> str:
        """Why its container would not run, or empty."""
        if self.secret is None:
            return f'CreateContainerConfigError: secret "{SECRET}" not found'
        for key in ("token", *(("network",) if self.networking else ())):
            if key not in self.secret:
                return (
                    f"CreateContainerConfigError: couldn't find key {key} in Secret "
                    f"{NAMESPACE}/{SECRET}"
                )
        if self.secret["token"] == digest(""):
            return 'environment variable "HCLOUD_TOKEN" is required'
        if _numbers(self.version) and _numbers(self.version) < LOWEST:
            return (
                "panic: runtime error: invalid memory address or nil pointer dereference "
                f"({CHART} {self.version})"
            )
        if self.networking and self._network(networks) is None:
            return "hcloud/newCloud: the network that HCLOUD_NETWORK names does not exist"
        return ""

    def initialization_failure(
        self, node: str, node_ip: str, machine: Machine | None, networks: tuple[PrivateNetwork, ...]
    ) -> str:
        """Why it leaves the uninitialized taint on a node, or empty. It finds servers by the
        node's name."""
        if machine is None:
            return f"failed to get instance metadata: server {node} not found"
        known = {machine.public_ipv4}
        private = self._network(networks) if self.networking else None
        known.update(a.ip for a in machine.attachments if private and a.network_id == private.id)
        if node_ip in known:
            return ""
        return (
            f'provided node ip for node "{node}" is not valid: '
            "failed to get node address from cloud provider "
            f"that matches ip: {node_ip}"
        )

    def route_failure(self, block: IPv4Network, networks: tuple[PrivateNetwork, ...]) -> str:
        """Why the route for a node's pod range could not be written, where routes are on; or
        empty."""
        routes = str(self.values.get("env.HCLOUD_NETWORK_ROUTES_ENABLED.value", "true")).lower()
        private = self._network(networks)
        if not self.networking or routes == "false" or private is None:
            return ""
        if any(block.overlaps(IPv4Network(subnet)) for subnet in private.subnets):
            return f"hcloud/CreateRoute: invalid gateway: {block} overlaps a subnet"
        return ""

    def _network(self, networks: tuple[PrivateNetwork, ...]) -> PrivateNetwork | None:
        wanted = (self.secret or {}).get("network")
        return next((n for n in networks if wanted in (digest(n.name), digest(str(n.id)))), None)


def _numbers(version: str) -> tuple[int, ...]:
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, match.groups())) if match else ()
