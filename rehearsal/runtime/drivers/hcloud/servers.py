"""Servers."""

from typing import Any

from rehearsal.runtime.drivers.hcloud.api import Api
from rehearsal.runtime.drivers.hcloud.attachments import attach, network_of, update_networks
from rehearsal.runtime.drivers.hcloud.handler import changed_body, given
from rehearsal.runtime.drivers.hcloud.server_outputs import outputs, planned
from rehearsal.runtime.drivers.port import Created, OperationFailed, PartlyDone, unsupported
from rehearsal.runtime.values import Properties

_ABSENT_UPDATES = ("iso", "rescue", "publicNets", "datacenter", "allowDeprecatedImages")


class Server:
    """Server: created first, attached to its networks afterwards, as the real provider does."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """POST, attach to every network, then backups and protection."""
        for name in ("iso", "rescue"):
            if inputs.get(name):
                raise unsupported(f"{name} of a server")
        body = given(
            inputs,
            name="name",
            server_type="serverType",
            location="location",
            user_data="userData",
            labels="labels",
            placement_group="placementGroupId",
            image="image",
        )
        if inputs.get("sshKeys"):
            body["ssh_keys"] = [_id_or_name(key) for key in inputs["sshKeys"]]
        if inputs.get("firewallIds"):
            body["firewalls"] = [{"firewall": id_} for id_ in inputs["firewallIds"]]
        public = _public_net(inputs)
        if public is not None:
            body["public_net"] = public
            if not (public["enable_ipv4"] or public["enable_ipv6"]):
                body["start_after_create"] = False
        answer = api.call("POST", "/servers", body)
        id_ = str(answer["server"]["id"])
        try:
            api.wait(answer)
            self._complete(api, id_, inputs, [])
            if body.get("start_after_create") is False and inputs.get("networks"):
                api.act(f"/servers/{id_}/actions/poweron")
            return Created(id_, outputs(api.get(f"/servers/{id_}", "server"), inputs))
        except OperationFailed as error:
            raise PartlyDone(str(error), Created(id_, planned(inputs))) from None

    def _complete(
        self, api: Api, id_: str, inputs: Properties, attached: list[dict[str, Any]]
    ) -> None:
        """Everything that follows the creation, left out where it is there already."""
        known = {item["network"] for item in attached}
        for item in inputs.get("networks") or ():
            if network_of(item) not in known:
                attach(api, id_, item)
        if inputs.get("backups"):
            api.act(f"/servers/{id_}/actions/enable_backup")
        if inputs.get("deleteProtection") or inputs.get("rebuildProtection"):
            _protect(api, id_, inputs)

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """The changes one by one; a type change powers the server off and leaves it off."""
        for name in _ABSENT_UPDATES:
            if name in changed:
                raise unsupported(f"changing {name} of an existing server")
        server = api.get(f"/servers/{id_}", "server")
        for name in ("name", "labels"):
            body = changed_body(inputs, changed & {name}, **{name: name})
            if body:
                api.call("PUT", f"/servers/{id_}", body)
        if "serverType" in changed:
            if server["status"] == "running":
                api.act(f"/servers/{id_}/actions/poweroff")
            api.act(
                f"/servers/{id_}/actions/change_type",
                {
                    "server_type": inputs["serverType"],
                    "upgrade_disk": not inputs.get("keepDisk", False),
                },
            )
        if "backups" in changed:
            verb = "enable_backup" if inputs.get("backups") else "disable_backup"
            api.act(f"/servers/{id_}/actions/{verb}")
        if "networks" in changed:
            update_networks(api, id_, server["private_net"], inputs.get("networks") or [])
        if "firewallIds" in changed:
            _update_firewalls(api, server, inputs.get("firewallIds") or [])
        if "placementGroupId" in changed:
            _update_placement_group(api, server, inputs.get("placementGroupId"))
        if changed & {"deleteProtection", "rebuildProtection"}:
            _protect(api, id_, inputs)
        return outputs(api.get(f"/servers/{id_}", "server"), inputs, before)

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """A graceful shutdown where it is asked for, then DELETE."""
        if before.get("shutdownBeforeDeletion"):
            api.act(f"/servers/{id_}/actions/shutdown")
        api.wait(api.call("DELETE", f"/servers/{id_}"))

    def read(self, api: Api, id_: str) -> Properties:
        """GET."""
        return outputs(api.get(f"/servers/{id_}", "server"), {})

    def refresh(self, api: Api, id_: str, inputs: Properties) -> Properties:
        """GET; keys, user_data and what was not asked for inline stay as the state has them."""
        return outputs(api.get(f"/servers/{id_}", "server"), inputs)

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """The server with the name, attached to what it was not attached to yet.

        One that differs in type, image, location or labels is somebody else's.
        """
        server = api.by_name("/servers", "servers", inputs["name"])
        if server is None:
            return None
        found = outputs(server, inputs)
        for name in ("serverType", "image", "location", "labels"):
            if inputs.get(name) and found[name] != inputs[name]:
                raise OperationFailed(
                    f"a server {inputs['name']!r} exists (id {server['id']}), but its {name} is "
                    f"{found[name]!r} instead of {inputs[name]!r}: it is not the one whose "
                    "creation was interrupted; rename or delete it first"
                )
        id_ = str(server["id"])
        self._complete(api, id_, inputs, server["private_net"])
        return Created(id_, outputs(api.get(f"/servers/{id_}", "server"), inputs))


def _update_firewalls(api: Api, server: dict[str, Any], wanted: list[int]) -> None:
    current = [item["id"] for item in server["public_net"]["firewalls"]]
    target = [{"type": "server", "server": {"id": server["id"]}}]
    for id_ in current:
        if id_ not in wanted:
            api.act(f"/firewalls/{id_}/actions/remove_from_resources", {"remove_from": target})
    for id_ in wanted:
        if id_ not in current:
            api.act(f"/firewalls/{id_}/actions/apply_to_resources", {"apply_to": target})


def _update_placement_group(api: Api, server: dict[str, Any], wanted: int | None) -> None:
    if server["status"] == "running":
        if not wanted:
            raise OperationFailed(
                "removing a running server from a placement group is currently not supported in "
                "the provider: shut the server down, apply again and start it afterwards"
            )
        api.act(f"/servers/{server['id']}/actions/poweroff")
    if server.get("placement_group"):
        api.act(f"/servers/{server['id']}/actions/remove_from_placement_group")
    if wanted:
        path = f"/servers/{server['id']}/actions/add_to_placement_group"
        api.act(path, {"placement_group": wanted})


def _protect(api: Api, id_: str, inputs: Properties) -> None:
    body = {
        "delete": bool(inputs.get("deleteProtection")),
        "rebuild": bool(inputs.get("rebuildProtection")),
    }
    api.act(f"/servers/{id_}/actions/change_protection", body)


def _public_net(inputs: Properties) -> dict[str, Any] | None:
    if not inputs.get("publicNets"):
        return None
    block = inputs["publicNets"][0]
    body = {
        "enable_ipv4": block.get("ipv4Enabled", True),
        "enable_ipv6": block.get("ipv6Enabled", True),
    }
    return {**body, **given(block, ipv4="ipv4", ipv6="ipv6")}


def _id_or_name(key: str) -> int | str:
    return int(key) if key.isdigit() else key
