"""Attachments of servers to networks, inline and as resources of their own."""

import contextlib
from typing import Any

from rehearsal.runtime.drivers.hcloud.api import Api, ApiRefusal
from rehearsal.runtime.drivers.hcloud.handler import given
from rehearsal.runtime.drivers.hcloud.networks import parse_subnet_id
from rehearsal.runtime.drivers.port import Created, NotFound, OperationFailed
from rehearsal.runtime.values import Properties


class ServerNetwork:
    """ServerNetwork: an attachment as a resource of its own; its id is `<server>-<network>`."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """Attach; a server that is attached already counts as success, as in the real provider."""
        server = str(inputs["serverId"])
        attach(api, server, inputs)
        id_ = f"{server}-{network_of(inputs)}"
        return Created(id_, self.read(api, id_))

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """Only alias addresses can be changed in place."""
        del before
        server, network = id_.split("-")
        if "aliasIps" in changed:
            change_aliases(api, server, int(network), inputs.get("aliasIps") or [])
        return self.read(api, id_)

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """Detach; one that is not attached is fine."""
        del before
        server, network = id_.split("-")
        with contextlib.suppress(NotFound):
            detach(api, server, int(network))

    def read(self, api: Api, id_: str) -> Properties:
        """The attachment as the server lists it."""
        server, network = id_.split("-")
        data = api.get(f"/servers/{server}", "server")
        for item in data["private_net"]:
            if item["network"] == int(network):
                return {
                    "serverId": int(server),
                    "networkId": int(network),
                    "ip": item["ip"],
                    "aliasIps": item["alias_ips"],
                    "macAddress": item["mac_address"],
                }
        raise NotFound(f"attachment of server ({server}) to network ({network}) vanished")

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """The attachment, if the server lists it."""
        id_ = f"{inputs['serverId']}-{network_of(inputs)}"
        try:
            return Created(id_, self.read(api, id_))
        except OperationFailed:
            return None


def network_of(item: Properties) -> int:
    """The network an attachment is in, by subnet or by network."""
    return parse_subnet_id(item["subnetId"])[0] if item.get("subnetId") else item["networkId"]


def attach(api: Api, server: str, item: Properties) -> None:
    """Attach a server; one that is attached already counts as success, as in the real provider."""
    body: dict[str, Any] = {"network": network_of(item)}
    body.update(given(item, ip="ip", alias_ips="aliasIps"))
    if item.get("subnetId"):
        body["ip_range"] = parse_subnet_id(item["subnetId"])[1]
    try:
        api.act(f"/servers/{server}/actions/attach_to_network", body)
    except ApiRefusal as error:
        if error.code != "server_already_attached":
            raise


def detach(api: Api, server: str, network: int) -> None:
    """Take a server off a network."""
    api.act(f"/servers/{server}/actions/detach_from_network", {"network": network})


def change_aliases(api: Api, server: str, network: int, aliases: list[str]) -> None:
    """Give a server exactly these alias addresses on a network."""
    body = {"network": network, "alias_ips": aliases}
    api.act(f"/servers/{server}/actions/change_alias_ips", body)


def update_networks(
    api: Api, id_: str, attached: list[dict[str, Any]], wanted: list[Properties]
) -> None:
    """Detach what is gone, re-attach where the address changed, attach what is new."""
    left = {network_of(item): item for item in wanted}
    for item in attached:
        new = left.pop(item["network"], None)
        if new is None:
            detach(api, id_, item["network"])
        elif new.get("ip") and new["ip"] != item["ip"]:
            detach(api, id_, item["network"])
            attach(api, id_, new)
        elif set(new.get("aliasIps") or ()) != set(item["alias_ips"]):
            change_aliases(api, id_, item["network"], new.get("aliasIps") or [])
    for new in left.values():
        attach(api, id_, new)
