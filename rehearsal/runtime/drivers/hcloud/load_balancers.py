"""Load balancers and their network."""

from typing import Any

from rehearsal.runtime.drivers.hcloud.api import Api
from rehearsal.runtime.drivers.hcloud.handler import changed_body, given
from rehearsal.runtime.drivers.hcloud.networks import parse_subnet_id
from rehearsal.runtime.drivers.port import Created, NotFound, unsupported
from rehearsal.runtime.values import Properties


def _get(api: Api, id_: str | int) -> dict[str, Any]:
    return api.get(f"/load_balancers/{id_}", "load_balancer")


class LoadBalancer:
    """LoadBalancer itself."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """POST."""
        body = given(
            inputs,
            name="name",
            load_balancer_type="loadBalancerType",
            location="location",
            network_zone="networkZone",
            labels="labels",
            algorithm="algorithm",
        )
        answer = api.call("POST", "/load_balancers", body)
        api.wait(answer)
        id_ = str(answer["load_balancer"]["id"])
        if inputs.get("deleteProtection"):
            api.act(f"/load_balancers/{id_}/actions/change_protection", {"delete": True})
        return Created(id_, self.read(api, id_))

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """PUT for name and labels, an action for everything else."""
        del before
        body = changed_body(inputs, changed, name="name", labels="labels")
        if body:
            api.call("PUT", f"/load_balancers/{id_}", body)
        path = f"/load_balancers/{id_}/actions"
        if "loadBalancerType" in changed:
            kind = {"load_balancer_type": inputs["loadBalancerType"]}
            api.act(f"{path}/change_type", kind)
        if "algorithm" in changed:
            api.act(f"{path}/change_algorithm", inputs["algorithm"])
        if "deleteProtection" in changed:
            on = bool(inputs.get("deleteProtection"))
            api.act(f"{path}/change_protection", {"delete": on})
        if "targets" in changed:
            raise unsupported("inline targets of a load balancer")
        return self.read(api, id_)

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """DELETE."""
        del before
        api.call("DELETE", f"/load_balancers/{id_}")

    def read(self, api: Api, id_: str) -> Properties:
        """GET."""
        data = _get(api, id_)
        private = (data["private_net"] or [{}])[0]
        location = data["location"]
        return {
            "name": data["name"],
            "loadBalancerType": data["load_balancer_type"]["name"],
            "labels": data["labels"],
            "location": location["name"],
            "networkZone": location["network_zone"],
            "algorithm": data["algorithm"],
            "ipv4": data["public_net"]["ipv4"]["ip"],
            "ipv6": data["public_net"]["ipv6"]["ip"],
            "networkId": private.get("network") or 0,
            "networkIp": private.get("ip") or "",
            "deleteProtection": data["protection"]["delete"],
            "targets": [],
        }

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """GET by name."""
        data = api.by_name("/load_balancers", "load_balancers", inputs["name"])
        return None if data is None else Created(str(data["id"]), self.read(api, str(data["id"])))


class Network:
    """LoadBalancerNetwork: its id is `<load balancer>-<network>`."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """Attach, and close the public interface where that is asked for."""
        body: dict[str, Any] = given(inputs, network="networkId", ip="ip")
        if inputs.get("subnetId"):
            body["network"], body["ip_range"] = parse_subnet_id(inputs["subnetId"])
        path = f"/load_balancers/{inputs['loadBalancerId']}/actions"
        api.act(f"{path}/attach_to_network", body)
        if inputs.get("enablePublicInterface") is False:
            api.act(f"{path}/disable_public_interface")
        id_ = f"{inputs['loadBalancerId']}-{body['network']}"
        return Created(id_, self.read(api, id_))

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """Only the public interface can be changed in place."""
        del before
        if "enablePublicInterface" in changed:
            on = inputs.get("enablePublicInterface", True)
            verb = "enable_public_interface" if on else "disable_public_interface"
            api.act(f"/load_balancers/{id_.split('-')[0]}/actions/{verb}")
        return self.read(api, id_)

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """Detach."""
        del before
        balancer, network = id_.split("-")
        path = f"/load_balancers/{balancer}/actions/detach_from_network"
        api.act(path, {"network": int(network)})

    def read(self, api: Api, id_: str) -> Properties:
        """The attachment as the load balancer lists it."""
        balancer, network = id_.split("-")
        data = _get(api, balancer)
        for item in data["private_net"]:
            if item["network"] == int(network):
                return {
                    "loadBalancerId": int(balancer),
                    "networkId": int(network),
                    "ip": item["ip"],
                    "enablePublicInterface": data["public_net"]["enabled"],
                }
        raise NotFound(f"load balancer {balancer} is not in network {network} (not_found)")

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """The attachment, if the load balancer lists it."""
        network = inputs.get("networkId")
        if inputs.get("subnetId"):
            network = parse_subnet_id(inputs["subnetId"])[0]
        id_ = f"{inputs['loadBalancerId']}-{network}"
        try:
            return Created(id_, self.read(api, id_))
        except NotFound:
            return None
