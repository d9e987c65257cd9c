"""Firewalls and their attachments to servers."""

from collections.abc import Mapping
from typing import Any

from rehearsal.runtime.drivers.hcloud.api import Api, ApiRefusal
from rehearsal.runtime.drivers.hcloud.handler import changed_body, given
from rehearsal.runtime.drivers.port import Created, NotFound
from rehearsal.runtime.values import Properties

_RULE = {
    "direction": "direction",
    "protocol": "protocol",
    "port": "port",
    "source_ips": "sourceIps",
    "destination_ips": "destinationIps",
    "description": "description",
}


class Firewall:
    """Firewall with its rules."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """POST with rules; where it applies to is said in the same call."""
        body = given(inputs, name="name", labels="labels")
        body["rules"] = [given(rule, **_RULE) for rule in inputs.get("rules") or ()]
        if inputs.get("applyTos"):
            body["apply_to"] = [_resource(item) for item in inputs["applyTos"]]
        answer = api.call("POST", "/firewalls", body)
        api.wait(answer)
        data = answer["firewall"]
        return Created(str(data["id"]), _outputs(data))

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """PUT for name and labels, `set_rules` for rules, apply and remove for where it applies."""
        body = changed_body(inputs, changed, name="name", labels="labels")
        if body:
            api.call("PUT", f"/firewalls/{id_}", body)
        if "rules" in changed:
            rules = [given(rule, **_RULE) for rule in inputs.get("rules") or ()]
            api.act(f"/firewalls/{id_}/actions/set_rules", {"rules": rules})
        if "applyTos" in changed:
            _move(
                api,
                id_,
                [_resource(item) for item in before.get("applyTos") or ()],
                [_resource(item) for item in inputs.get("applyTos") or ()],
            )
        return self.read(api, id_)

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """DELETE; the API refuses while it is in use."""
        del before
        api.call("DELETE", f"/firewalls/{id_}")

    def read(self, api: Api, id_: str) -> Properties:
        """GET."""
        return _outputs(api.get(f"/firewalls/{id_}", "firewall"))

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """GET by name."""
        data = api.by_name("/firewalls", "firewalls", inputs["name"])
        return None if data is None else Created(str(data["id"]), _outputs(data))


class Attachment:
    """FirewallAttachment: what a firewall applies to. Its id is the firewall's."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """Apply the firewall; one that is applied already is fine."""
        id_ = str(inputs["firewallId"])
        try:
            _move(api, id_, [], _wanted(inputs))
        except ApiRefusal as error:
            if error.code != "firewall_already_applied":
                raise
        return Created(id_, self.read(api, id_))

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """Apply to what is new, remove from what is gone."""
        del changed
        _move(api, id_, _wanted(before), _wanted(inputs))
        return self.read(api, id_)

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """Remove the firewall from everything the attachment named."""
        _move(api, id_, _wanted(before), [])

    def read(self, api: Api, id_: str) -> Properties:
        """What the firewall applies to."""
        data = api.get(f"/firewalls/{id_}", "firewall")
        targets = data["applied_to"]
        return {
            "firewallId": int(id_),
            "serverIds": [item["server"]["id"] for item in targets if item["type"] == "server"],
            "labelSelectors": [
                item["label_selector"]["selector"]
                for item in targets
                if item["type"] == "label_selector"
            ],
        }

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """The attachment, if the firewall applies to all that is asked for."""
        id_ = str(inputs["firewallId"])
        try:
            outputs = self.read(api, id_)
        except NotFound:
            return None
        complete = set(inputs.get("serverIds") or ()) <= set(outputs["serverIds"])
        return Created(id_, outputs) if complete else None


def _wanted(properties: Properties) -> list[dict[str, Any]]:
    return [
        *({"type": "server", "server": {"id": id_}} for id_ in properties.get("serverIds") or ()),
        *(
            {"type": "label_selector", "label_selector": {"selector": selector}}
            for selector in properties.get("labelSelectors") or ()
        ),
    ]


def _resource(item: Mapping[str, Any]) -> dict[str, Any]:
    if item.get("server"):
        return {"type": "server", "server": {"id": item["server"]}}
    return {"type": "label_selector", "label_selector": {"selector": item["labelSelector"]}}


def _move(api: Api, id_: str, before: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    gone = [item for item in before if item not in wanted]
    new = [item for item in wanted if item not in before]
    if gone:
        api.act(f"/firewalls/{id_}/actions/remove_from_resources", {"remove_from": gone})
    if new:
        api.act(f"/firewalls/{id_}/actions/apply_to_resources", {"apply_to": new})


def _outputs(data: dict[str, Any]) -> Properties:
    return {
        "name": data["name"],
        "labels": data["labels"],
        "applyTos": [
            {"server": item["server"]["id"], "labelSelector": ""}
            if item["type"] == "server"
            else {"server": 0, "labelSelector": item["label_selector"]["selector"]}
            for item in data["applied_to"]
        ],
        "rules": [
            {
                "description": rule.get("description") or "",
                "destinationIps": rule.get("destination_ips") or [],
                "direction": rule["direction"],
                "port": rule.get("port") or "",
                "protocol": rule["protocol"],
                "sourceIps": rule.get("source_ips") or [],
            }
            for rule in data["rules"]
        ],
    }
