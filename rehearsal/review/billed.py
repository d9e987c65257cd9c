"""What Hetzner bills for a set of resources by the month. Pure.

A server has an IPv4 address of its own unless it has none or is given one; a Service of type
LoadBalancer and a Gateway of Cilium make a load balancer each.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rehearsal.review.facts import Resource
from rehearsal.review.landscape import LOAD_BALANCER, SERVER, entries, text
from rehearsal.runtime.values import Unknown
from sovereign.plan.cost import Billed

PRIMARY_IP: Final = "hcloud:index/primaryIp:PrimaryIp"
FLOATING_IP: Final = "hcloud:index/floatingIp:FloatingIp"
VOLUME: Final = "hcloud:index/volume:Volume"
BY_SIZE: Final = {
    "hcloud:index/snapshot:Snapshot": "snapshot",
    "hcloud:index/storageBox:StorageBox": "storage box",
}
"""Billed by what is in it, or not in any price book: named."""
SERVICE: Final = "kubernetes:core/v1:Service"
GATEWAYS: Final = "kubernetes:gateway.networking.k8s.io/"
CILIUM_CLASS: Final = "cilium"
TYPE_ANNOTATION: Final = "load-balancer.hetzner.cloud/type"
DEFAULT_TYPE: Final = "lb11"
"""What the cloud controller takes where nothing is said."""


def billed(resources: Sequence[Resource]) -> list[Billed]:
    """Everything that costs money each month, in the order of the resources."""
    on_nodes = any(_gateways_on_nodes(one) for one in resources)
    return [each for one in resources for each in _of(one, on_nodes)]


def _of(one: Resource, gateways_on_nodes: bool) -> Iterator[Billed]:
    inputs = one.inputs
    if one.type == SERVER:
        yield from _server(inputs)
    elif one.type == LOAD_BALANCER:
        kind, where = text(inputs.get("loadBalancerType")), text(inputs.get("location"))
        yield Billed("load-balancer", kind, location=where)
    elif one.type == PRIMARY_IP:
        yield from _address(inputs, "primary")
    elif one.type == FLOATING_IP:
        yield from _address(inputs, "floating")
    elif one.type == VOLUME:
        yield _volume(one)
    elif one.type in BY_SIZE:
        yield Billed("other", f"{BY_SIZE[one.type]} {text(inputs.get('name')) or one.name}")
    elif one.type == SERVICE or _is_gateway(one):
        yield from _made_by_the_cluster(one, gateways_on_nodes)


def _server(inputs: Mapping[str, Any]) -> Iterator[Billed]:
    kind, where = text(inputs.get("serverType")), text(inputs.get("location"))
    yield Billed("server", kind, location=where)
    if inputs.get("backups") is True:
        yield Billed("backups", kind, location=where)
    nets = entries(inputs, "publicNets")
    if all(net.get("ipv4Enabled") is not False and not net.get("ipv4") for net in nets):
        yield Billed("primary-ipv4", location=where)


def _address(inputs: Mapping[str, Any], sort: str) -> Iterator[Billed]:
    """A primary IPv6 address is free."""
    family = text(inputs.get("type"))
    if family == "ipv4":
        yield Billed("primary-ipv4" if sort == "primary" else "floating-ipv4")
    elif family != "ipv6":
        yield Billed("other", f"{sort} address of unknown type")
    elif sort == "floating":
        yield Billed("floating-ipv6")


def _volume(one: Resource) -> Billed:
    size = one.inputs.get("size")
    if isinstance(size, int | float):
        return Billed("volume", quantity=size)
    return Billed("other", f"volume {one.name} of unknown size")


def _is_gateway(one: Resource) -> bool:
    return one.type.startswith(GATEWAYS) and one.type.endswith(":Gateway")


def _made_by_the_cluster(one: Resource, gateways_on_nodes: bool) -> Iterator[Billed]:
    """A load balancer of another class is another controller's."""
    spec = _mapping(one.inputs.get("spec"))
    if one.type == SERVICE:
        made = spec.get("type") == "LoadBalancer" and not spec.get("loadBalancerClass")
        head = _mapping(one.inputs.get("metadata"))
    else:
        made = spec.get("gatewayClassName") == CILIUM_CLASS and not gateways_on_nodes
        head = _mapping(spec.get("infrastructure"))
    if made:
        kind = _mapping(head.get("annotations")).get(TYPE_ANNOTATION, DEFAULT_TYPE)
        yield Billed("load-balancer", "" if isinstance(kind, Unknown) else text(kind))


def _gateways_on_nodes(one: Resource) -> bool:
    """Whether Cilium's Gateways listen on the nodes themselves."""
    values: Any = one.inputs.get("values")
    for key in ("gatewayAPI", "hostNetwork", "enabled"):
        values = _mapping(values).get(key)
    return values is True


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
