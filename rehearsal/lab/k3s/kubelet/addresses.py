"""Addresses of pods: the node's own, or the next one of its pod range. No interface holds the
latter, for pods share the network of their host."""

from ipaddress import ip_network

from rehearsal.lab.k3s.api import Object

_FIRST = 10
"""Cilium keeps the first few of a range to itself."""


class Addresses:
    """The pod range of one node."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def give(self, uid: str, pod_cidr: str) -> str:
        """The address of a pod, always the same; empty without a range."""
        if not pod_cidr:
            return ""
        if uid not in self._taken:
            used = set(self._taken.values())
            self._taken[uid] = next(n for n in range(_FIRST, 1 << 16) if n not in used)
        return str(ip_network(pod_cidr)[self._taken[uid]])

    def release(self, uid: str) -> None:
        """A pod has gone."""
        self._taken.pop(uid, None)


def pod_cidr(node: Object | None) -> str:
    """The pod range that a Node was given, or empty."""
    return str((node or {}).get("spec", {}).get("podCIDR", ""))
