"""What a server looks like in the provider's words."""

import base64
import hashlib
from typing import Any

from rehearsal.runtime.drivers.hcloud.attachments import network_of
from rehearsal.runtime.values import Properties


def _hash(text: str) -> str:
    """What the provider keeps of user_data in its outputs."""
    return base64.b64encode(hashlib.sha1(text.encode()).digest()).decode()


def planned(inputs: Properties) -> Properties:
    """Outputs of a server whose creation failed half-way, as the real provider saves them."""
    kept = {key: value for key, value in inputs.items() if not key.startswith("__")}
    kept.pop("userData", None)
    kept.pop("sshKeys", None)
    kept["networks"] = [
        {"aliasIps": [], "macAddress": "", "subnetId": "", **item}
        for item in inputs.get("networks") or ()
    ]
    for item in kept["networks"]:
        item.pop("__defaults", None)
    kept["firewallIds"] = inputs.get("firewallIds") or []
    return kept


def outputs(
    server: dict[str, Any], inputs: Properties, before: Properties | None = None
) -> Properties:
    """A server as the API shows it, in the provider's words."""
    public = server["public_net"]
    ipv6 = public.get("ipv6")
    image = server.get("image") or {}
    own_image = inputs.get("image")
    by_id = own_image is not None and own_image == str(image.get("id"))
    found: Properties = {
        "name": server["name"],
        "status": server["status"],
        "serverType": server["server_type"]["name"],
        "location": server["location"]["name"],
        "image": str(image.get("id")) if by_id or not image.get("name") else image["name"],
        "labels": server["labels"],
        "ipv4Address": public["ipv4"]["ip"] if public.get("ipv4") else None,
        "ipv6Address": f"{ipv6['ip'].split('/')[0]}1" if ipv6 else None,
        "ipv6Network": ipv6["ip"] if ipv6 else "<nil>",
        "backupWindow": server.get("backup_window") or "",
        "backups": bool(server.get("backup_window")),
        "deleteProtection": server["protection"]["delete"],
        "rebuildProtection": server["protection"]["rebuild"],
        "firewallIds": [item["id"] for item in public["firewalls"]],
        "placementGroupId": (server.get("placement_group") or {}).get("id") or 0,
        "primaryDiskSize": server["primary_disk_size"],
        "publicNets": inputs.get("publicNets") or [],
        "networks": [],
        "sshKeys": inputs.get("sshKeys"),
        "userData": _hash(inputs["userData"]) if inputs.get("userData") else None,
    }
    for name in ("keepDisk", "ignoreRemoteFirewallIds", "shutdownBeforeDeletion"):
        found[name] = inputs.get(name, False)
    if inputs.get("networks") or (before or {}).get("networks"):
        found["networks"] = _networks(server["private_net"], inputs.get("networks") or [])
    return found


def _networks(attached: list[dict[str, Any]], wanted: list[Properties]) -> list[Properties]:
    """The attachments in the program's order."""
    order = {network_of(item): place for place, item in enumerate(wanted)}
    named = {network_of(item): item.get("subnetId") or "" for item in wanted}
    return [
        {
            "networkId": item["network"],
            "subnetId": named.get(item["network"], ""),
            "ip": item["ip"],
            "aliasIps": item["alias_ips"],
            "macAddress": item["mac_address"],
        }
        for item in sorted(attached, key=lambda one: order.get(one["network"], len(order)))
    ]
