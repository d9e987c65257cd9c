"""What a kubelet knows of the node that it is."""

from dataclasses import dataclass

from rehearsal.lab.k3s.paths import Paths
from rehearsal.nodes.k3s import K3s

API = "https://127.0.0.1:6444"
"""On a server the API server, on an agent its balancer."""


@dataclass(frozen=True)
class Place:
    """One node's name, address and surroundings."""

    k3s: K3s
    name: str
    address: str
    version: str
    paths: Paths
    own_network: bool
    """Whether k3s brings a pod network itself (flannel)."""
    service_address: str
    """Of the `kubernetes` Service."""
    server_ca: str
    """The cluster's authority as PEM."""

    @property
    def has_network(self) -> bool:
        """Whether the container runtime finds a CNI configuration."""
        if self.own_network:
            return True
        directory = self.paths.cni
        found = directory.iterdir() if directory.is_dir() else ()
        return any(path.suffix in (".conf", ".conflist", ".json") for path in found)
