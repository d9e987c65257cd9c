"""Services and targets of load balancers."""

import hashlib
from typing import Any

from rehearsal.runtime.drivers.hcloud.api import Api
from rehearsal.runtime.drivers.hcloud.handler import given
from rehearsal.runtime.drivers.port import Created, NotFound, OperationFailed, unsupported
from rehearsal.runtime.values import Properties

_SERVICE = {
    "protocol": "protocol",
    "listen_port": "listenPort",
    "destination_port": "destinationPort",
    "proxyprotocol": "proxyprotocol",
}


class Service:
    """LoadBalancerService: its id is `<load balancer>__<listening port>`."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """Add the service; health checks and HTTP settings stay at the API's defaults."""
        _refuse_details(inputs)
        path = f"/load_balancers/{inputs['loadBalancerId']}/actions/add_service"
        api.act(path, given(inputs, **_SERVICE))
        id_ = f"{inputs['loadBalancerId']}__{inputs['listenPort']}"
        return Created(id_, self.read(api, id_))

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """Change port or proxy protocol."""
        del before, changed
        _refuse_details(inputs)
        balancer, port = id_.split("__")
        body = {**given(inputs, **_SERVICE), "listen_port": int(port)}
        api.act(f"/load_balancers/{balancer}/actions/update_service", body)
        return self.read(api, id_)

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """Remove the service."""
        del before
        balancer, port = id_.split("__")
        path = f"/load_balancers/{balancer}/actions/delete_service"
        api.act(path, {"listen_port": int(port)})

    def read(self, api: Api, id_: str) -> Properties:
        """The service as the load balancer lists it."""
        balancer, port = id_.split("__")
        for item in api.get(f"/load_balancers/{balancer}", "load_balancer")["services"]:
            if item["listen_port"] == int(port):
                return {
                    "loadBalancerId": balancer,
                    "protocol": item["protocol"],
                    "listenPort": item["listen_port"],
                    "destinationPort": item["destination_port"],
                    "proxyprotocol": item.get("proxyprotocol") or False,
                }
        raise NotFound(f"load balancer {balancer} has no service on port {port} (not_found)")

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """The service, if the load balancer lists it."""
        id_ = f"{inputs['loadBalancerId']}__{inputs['listenPort']}"
        try:
            return Created(id_, self.read(api, id_))
        except NotFound:
            return None


def _refuse_details(inputs: Properties) -> None:
    for name in ("http", "healthCheck"):
        if inputs.get(name):
            raise unsupported(f"{name} of a load balancer service")


class Target:
    """LoadBalancerTarget."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """Add the target."""
        body = _target(inputs)
        if "usePrivateIp" in inputs:
            body["use_private_ip"] = inputs["usePrivateIp"]
        balancer = inputs["loadBalancerId"]
        api.act(f"/load_balancers/{balancer}/actions/add_target", body)
        return Created(_target_id(inputs), _outputs(inputs))

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """Remove and add: the API cannot change a target."""
        del changed
        self.delete(api, id_, before)
        return self.create(api, inputs).outputs

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """Remove the target."""
        del id_
        path = f"/load_balancers/{before['loadBalancerId']}/actions/remove_target"
        api.act(path, _target(before))

    def read(self, api: Api, id_: str) -> Properties:
        """A target cannot be looked up by its id alone."""
        del api, id_
        raise unsupported("reading a load balancer target")

    def refresh(self, api: Api, id_: str, inputs: Properties) -> Properties:
        """The target as the load balancer lists it."""
        balancer, wanted = inputs["loadBalancerId"], _target(inputs)
        targets = api.get(f"/load_balancers/{balancer}", "load_balancer")["targets"]
        for item in targets:
            if item["type"] == wanted["type"] and item[item["type"]] == wanted[item["type"]]:
                return _outputs({**inputs, "usePrivateIp": item.get("use_private_ip", False)})
        raise NotFound(f"load balancer {balancer} has no target {id_} (not_found)")

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """Whether an interrupted target was added cannot be told from its name."""
        del api
        raise OperationFailed(
            f"whether the target {_target_id(inputs)} was added cannot be told: look at load "
            f"balancer {inputs['loadBalancerId']} and remove the target there"
        )


def _outputs(inputs: Properties) -> Properties:
    names = ("loadBalancerId", "type", "serverId", "labelSelector", "ip")
    found = {name: inputs.get(name) for name in names}
    return {**found, "usePrivateIp": inputs.get("usePrivateIp", False)}


def _target(inputs: Properties) -> dict[str, Any]:
    match inputs["type"]:
        case "server":
            return {"type": "server", "server": {"id": inputs["serverId"]}}
        case "label_selector":
            selector = {"selector": inputs["labelSelector"]}
            return {"type": "label_selector", "label_selector": selector}
        case _:
            return {"type": "ip", "ip": {"ip": inputs["ip"]}}


def _target_id(inputs: Properties) -> str:
    balancer = inputs["loadBalancerId"]
    if inputs["type"] == "server":
        return f"lb-srv-tgt-{inputs['serverId']}-{balancer}"
    kind = "label-selector" if inputs["type"] == "label_selector" else "ip"
    text = inputs.get("labelSelector") or inputs.get("ip") or ""
    return f"lb-{kind}-tgt-{hashlib.sha256(text.encode()).hexdigest()}-{balancer}"
