"""Subnets of a network."""

from typing import Any

from rehearsal.runtime.drivers.hcloud.api import Api
from rehearsal.runtime.drivers.hcloud.handler import given
from rehearsal.runtime.drivers.port import Created, NotFound, unsupported
from rehearsal.runtime.values import Properties


def parse_subnet_id(id_: str) -> tuple[int, str]:
    """Network id and range of a subnet id `<network>-<range>`."""
    network, ip_range = id_.split("-", 1)
    return int(network), ip_range


class Subnet:
    """NetworkSubnet: no object of its own in the API, its id is `<network>-<range>`."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """Add the subnet to its network."""
        body = given(
            inputs,
            type="type",
            ip_range="ipRange",
            network_zone="networkZone",
            vswitch_id="vswitchId",
        )
        api.act(f"/networks/{inputs['networkId']}/actions/add_subnet", body)
        id_ = f"{inputs['networkId']}-{inputs['ipRange']}"
        return Created(id_, self.read(api, id_))

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """Nothing of a subnet can be changed in place."""
        del api, id_, before, inputs
        raise unsupported(f"changing {', '.join(sorted(changed))} of a subnet in place")

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """Remove the subnet from its network."""
        del before
        network, ip_range = parse_subnet_id(id_)
        api.act(f"/networks/{network}/actions/delete_subnet", {"ip_range": ip_range})

    def read(self, api: Api, id_: str) -> Properties:
        """The subnet as its network lists it."""
        network, ip_range = parse_subnet_id(id_)
        data = api.get(f"/networks/{network}", "network")
        for subnet in data["subnets"]:
            if subnet["ip_range"] == ip_range:
                return _outputs(network, subnet)
        raise NotFound(f"network {network} has no subnet {ip_range} (not_found)")

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """The subnet, if its network lists it."""
        id_ = f"{inputs['networkId']}-{inputs['ipRange']}"
        try:
            return Created(id_, self.read(api, id_))
        except NotFound:
            return None


def _outputs(network: int, subnet: dict[str, Any]) -> Properties:
    return {
        "networkId": network,
        "ipRange": subnet["ip_range"],
        "type": subnet["type"],
        "networkZone": subnet["network_zone"],
        "gateway": subnet["gateway"],
        "vswitchId": subnet.get("vswitch_id"),
    }
