"""CiliumNode objects: what each node says of itself to the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from .api import Api, Object

PATH = "/apis/cilium.io/v2/ciliumnodes"
KEY = "network.cilium.io/wg-pub-key"
"""Annotation with the public WireGuard key [cilium `pkg/annotation/k8s.go`]."""
ROUTER = "CiliumInternalIP"
"""Type of a node's own address among its pods."""


@dataclass(frozen=True)
class CiliumNode:
    """One node; what it does not say yet is None or empty."""

    name: str
    address: IPv4Address | None
    pods: IPv4Network | None
    public_key: str
    up: bool
    """Whether its agent has made its network: only then it names the address of its router."""


def every(api: Api) -> tuple[CiliumNode, ...]:
    """All of them."""
    return tuple(_read(item) for item in api.get(PATH).get("items") or ())


def announce(api: Api, name: str, address: IPv4Address, pods: IPv4Network | None) -> None:
    """Say that this node is there; `pods` where the Node itself names its range."""
    spec: Object = {"addresses": [{"type": "InternalIP", "ip": str(address)}]}
    if pods is not None:
        spec["ipam"] = {"podCIDRs": [str(pods)]}
    _write(api, {"metadata": {"name": name}, "spec": spec})


def publish(
    api: Api, name: str, address: IPv4Address, router: IPv4Address, public_key: str
) -> None:
    """Say that this node's network is made."""
    addresses = [
        {"type": "InternalIP", "ip": str(address)},
        {"type": ROUTER, "ip": str(router)},
    ]
    metadata = {"name": name, "annotations": {KEY: public_key}}
    _write(api, {"metadata": metadata, "spec": {"addresses": addresses}})


def allocate(api: Api, name: str, pods: IPv4Network) -> None:
    """Give a node its range, as the operator does with `ipam.mode: cluster-pool`."""
    api.patch(f"{PATH}/{name}", {"spec": {"ipam": {"podCIDRs": [str(pods)]}}})


def connected(nodes: Iterable[CiliumNode], own: str) -> tuple[CiliumNode, ...]:
    """The other nodes that can be talked to."""
    return tuple(
        node
        for node in nodes
        if node.name != own and node.address is not None and node.pods is not None
    )


def _read(item: Object) -> CiliumNode:
    metadata, spec = item["metadata"], item.get("spec") or {}
    addresses = {entry["type"]: entry["ip"] for entry in spec.get("addresses") or ()}
    address = addresses.get("InternalIP")
    ranges = (spec.get("ipam") or {}).get("podCIDRs") or ()
    return CiliumNode(
        name=metadata["name"],
        address=IPv4Address(address) if address else None,
        pods=IPv4Network(ranges[0]) if ranges else None,
        public_key=(metadata.get("annotations") or {}).get(KEY, ""),
        up=ROUTER in addresses,
    )


def _write(api: Api, fields: Object) -> None:
    body = {"apiVersion": "cilium.io/v2", "kind": "CiliumNode", **fields}
    if api.create(PATH, body) is None:
        api.patch(f"{PATH}/{fields['metadata']['name']}", body)
