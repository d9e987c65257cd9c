"""Deployments written down by hand, as both engines export them."""

from typing import Any

from sovereign.recover.model import Held, Kind

HEAD = "urn:pulumi:dev::sovereign::"
TYPES = {
    Kind.SERVER: "hcloud:index/server:Server",
    Kind.NETWORK: "hcloud:index/network:Network",
    Kind.SUBNET: "hcloud:index/networkSubnet:NetworkSubnet",
    Kind.FIREWALL: "hcloud:index/firewall:Firewall",
    Kind.PLACEMENT_GROUP: "hcloud:index/placementGroup:PlacementGroup",
    Kind.SSH_KEY: "hcloud:index/sshKey:SshKey",
}
JOIN = "command:remote:Command"
SECRET = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "ciphertext": "v1",
}


def urn(type_: str, name: str) -> str:
    return f"{HEAD}{type_}::{name}"


def sovereign(name: str = "dev") -> dict[str, Any]:
    """The component that says whose state it is."""
    type_ = "sovereign:index:Sovereign"
    return {"urn": urn(type_, name), "type": type_, "custom": False}


def resource(kind: Kind | str, name: str, id_: str = "", **more: Any) -> dict[str, Any]:
    """A resource as the state holds it."""
    type_ = TYPES[kind] if isinstance(kind, Kind) else kind
    found = {"urn": urn(type_, name), "type": type_, "custom": True, **more}
    return {**found, "id": id_} if id_ else found


def pending(verb: str, entry: dict[str, Any]) -> dict[str, Any]:
    """An operation that a killed run was at."""
    return {"type": verb, "resource": entry}


def creating(kind: Kind | str, name: str, **inputs: Any) -> dict[str, Any]:
    """An interrupted creation; names are given by the program."""
    asked = {"name": name, "__defaults": [], **inputs}
    return pending("creating", resource(kind, name, inputs=asked))


def deployment(
    *resources: dict[str, Any], operations: Any = (), own: bool = True
) -> dict[str, Any]:
    """A whole one."""
    known = [sovereign(), *resources] if own else list(resources)
    whole = {"manifest": {"time": "2026-11-22T03:00:00Z"}, "resources": known}
    return {**whole, "pending_operations": list(operations)} if operations else whole


def held(kind: Kind, name: str, id_: str = "7", **more: Any) -> Held:
    """An object of the environment at Hetzner."""
    return Held(kind, id_, name, "2026-11-22T03:00:00+00:00", **more)
