"""What k3s brings along and applies at each start of a server: rights of its own parts, and the
components that `disable` does not name."""

import json
import pkgutil
from collections.abc import Iterator
from ipaddress import ip_network

from rehearsal.lab.k3s import log
from rehearsal.lab.k3s.api import Api, Object
from rehearsal.nodes import yaml_text
from rehearsal.nodes.k3s import K3s

_PLURALS = {
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "Deployment": "/apis/apps/v1/namespaces/kube-system/deployments",
    "Service": "/api/v1/namespaces/kube-system/services",
    "ServiceAccount": "/api/v1/namespaces/kube-system/serviceaccounts",
}
_ALWAYS = "rolebindings"
_COMPONENTS = ("coredns", "metrics-server", "local-storage", "traefik")
_NEEDS_HELM = ("traefik",)


async def apply(admin: Api, k3s: K3s) -> None:
    """Apply them.

    Raises:
        Refused, OSError, TimeoutError: the API server does not take one.
    """
    for name in (_ALWAYS, *chosen(k3s)):
        for thing in _read(name):
            if thing["kind"] == "Service":
                thing["spec"]["clusterIP"] = _dns_address(k3s)
            path = f"{_PLURALS[thing['kind']]}/{thing['metadata']['name']}"
            await admin.call(
                "PATCH",
                f"{path}?fieldManager=k3s&force=true",
                json.dumps(thing).encode(),
                content="application/apply-patch+yaml",
            )
        log.info(f"Applied manifest {name}.yaml")


def chosen(k3s: K3s) -> tuple[str, ...]:
    """The components that this configuration leaves on."""
    off = set(k3s.items("disable"))
    if k3s.flag("disable-helm-controller"):
        off |= set(_NEEDS_HELM)
    return tuple(name for name in _COMPONENTS if name not in off)


def _dns_address(k3s: K3s) -> str:
    """Where pods look for the cluster's DNS: the tenth address of the service range."""
    services = ip_network(k3s.text("service-cidr", "10.43.0.0/16"))
    return k3s.text("cluster-dns") or str(services[10])


def _read(name: str) -> Iterator[Object]:
    text = pkgutil.get_data("rehearsal.lab.k3s", f"packaged/{name}.yaml")
    assert text is not None
    for document in text.decode().split("\n---\n"):
        yield yaml_text.load(document)
