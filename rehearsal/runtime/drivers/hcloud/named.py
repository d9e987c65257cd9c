"""Resources that are one API object with a unique name: networks, keys, groups, volumes …"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rehearsal.runtime.drivers.hcloud.api import Api
from rehearsal.runtime.drivers.hcloud.handler import changed_body, given
from rehearsal.runtime.drivers.port import Created, OperationFailed, PartlyDone
from rehearsal.runtime.values import Properties


@dataclass(frozen=True)
class Named:
    """An object under `/path/{id}` that is created, changed with PUT and found by its name."""

    path: str
    kind: str
    """The key of one object in an answer; the plural is the path."""
    body: dict[str, str]
    """API name and input name of what POST takes."""
    outputs: Callable[[dict[str, Any]], Properties]
    always: dict[str, Any] = field(default_factory=dict)
    """Sent with every POST where the program says nothing."""
    mutable: dict[str, str] = field(default_factory=lambda: {"name": "name", "labels": "labels"})
    protectable: bool = False
    actions: dict[str, Callable[[Properties], tuple[str, Any]]] = field(default_factory=dict)
    """Inputs changed by an action: input name and the action with its body."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """POST, then protection where it is asked for."""
        answer = api.call("POST", f"/{self.path}", {**self.always, **given(inputs, **self.body)})
        data = answer[self.kind]
        id_ = str(data["id"])
        try:
            api.wait(answer)
            if self.protectable and inputs.get("deleteProtection"):
                self._protect(api, id_, True)
                data = api.get(f"/{self.path}/{id_}", self.kind)
        except OperationFailed as error:
            raise PartlyDone(str(error), Created(id_, self.outputs(data))) from None
        return Created(id_, self.outputs(data))

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """PUT what a PUT can change, then one action for each other change."""
        del before
        body = changed_body(inputs, changed, **self.mutable)
        data: dict[str, Any] | None = None
        if body:
            data = api.call("PUT", f"/{self.path}/{id_}", body)[self.kind]
        acted = False
        for name, action in self.actions.items():
            if name in changed:
                verb, payload = action(inputs)
                api.act(f"/{self.path}/{id_}/actions/{verb}", payload)
                acted = True
        if self.protectable and "deleteProtection" in changed:
            self._protect(api, id_, bool(inputs.get("deleteProtection")))
            acted = True
        if data is None or acted:
            data = api.get(f"/{self.path}/{id_}", self.kind)
        return self.outputs(data)

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """DELETE."""
        del before
        api.wait(api.call("DELETE", f"/{self.path}/{id_}"))

    def read(self, api: Api, id_: str) -> Properties:
        """GET."""
        return self.outputs(api.get(f"/{self.path}/{id_}", self.kind))

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """GET by name."""
        data = api.by_name(f"/{self.path}", self.path, inputs["name"])
        return None if data is None else Created(str(data["id"]), self.outputs(data))

    def _protect(self, api: Api, id_: str, on: bool) -> None:
        api.act(f"/{self.path}/{id_}/actions/change_protection", {"delete": on})


def _network(data: dict[str, Any]) -> Properties:
    return {
        "name": data["name"],
        "ipRange": data["ip_range"],
        "labels": data["labels"],
        "deleteProtection": data["protection"]["delete"],
        "exposeRoutesToVswitch": data.get("expose_routes_to_vswitch", False),
    }


def _ssh_key(data: dict[str, Any]) -> Properties:
    return {
        "name": data["name"],
        "publicKey": data["public_key"],
        "fingerprint": data["fingerprint"],
        "labels": data["labels"],
    }


def _placement_group(data: dict[str, Any]) -> Properties:
    return {
        "name": data["name"],
        "type": data["type"],
        "labels": data["labels"],
        "servers": data["servers"],
    }


def _primary_ip(data: dict[str, Any]) -> Properties:
    address = data["ip"]
    return {
        "name": data["name"],
        "type": data["type"],
        "labels": data["labels"],
        "autoDelete": data["auto_delete"],
        "deleteProtection": data["protection"]["delete"],
        "assigneeId": data.get("assignee_id") or 0,
        "assigneeType": data["assignee_type"],
        "location": (data.get("location") or {}).get("name"),
        "ipAddress": address.split("/")[0],
        "ipNetwork": address if "/" in address else "",
    }


def _volume(data: dict[str, Any]) -> Properties:
    return {
        "name": data["name"],
        "size": data["size"],
        "labels": data["labels"],
        "location": data["location"]["name"],
        "linuxDevice": data["linux_device"],
        "serverId": data.get("server") or 0,
        "deleteProtection": data["protection"]["delete"],
    }


NETWORK = Named(
    "networks",
    "network",
    {"name": "name", "ip_range": "ipRange", "labels": "labels"},
    _network,
    always={"expose_routes_to_vswitch": False},
    mutable={
        "name": "name",
        "labels": "labels",
        "expose_routes_to_vswitch": "exposeRoutesToVswitch",
    },
    protectable=True,
)
SSH_KEY = Named(
    "ssh_keys",
    "ssh_key",
    {"name": "name", "public_key": "publicKey", "labels": "labels"},
    _ssh_key,
    always={"labels": {}},
)
PLACEMENT_GROUP = Named(
    "placement_groups",
    "placement_group",
    {"name": "name", "type": "type", "labels": "labels"},
    _placement_group,
)
PRIMARY_IP = Named(
    "primary_ips",
    "primary_ip",
    {
        "name": "name",
        "type": "type",
        "labels": "labels",
        "location": "location",
        "assignee_id": "assigneeId",
        "assignee_type": "assigneeType",
        "auto_delete": "autoDelete",
    },
    _primary_ip,
    always={"auto_delete": False, "labels": {}},
    mutable={"name": "name", "labels": "labels", "auto_delete": "autoDelete"},
    protectable=True,
)
VOLUME = Named(
    "volumes",
    "volume",
    {
        "name": "name",
        "size": "size",
        "labels": "labels",
        "location": "location",
        "server": "serverId",
        "automount": "automount",
        "format": "format",
    },
    _volume,
    protectable=True,
    actions={"size": lambda inputs: ("resize", {"size": inputs["size"]})},
)
