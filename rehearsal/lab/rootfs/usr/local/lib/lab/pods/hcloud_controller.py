"""Hetzner's cloud controller manager: initializes nodes (provider id, addresses, labels) and
removes Nodes whose server is gone. Routes and load balancers are not its business here.
"""

import contextlib
import os
import re
import sys
import time
from dataclasses import dataclass
from typing import Any, NoReturn

from . import hetzner
from .api import Api, Object, Refused, Unreachable
from .condition import Condition

NAME = "hcloud-cloud-controller-manager"
NODES = "/api/v1/nodes"
TAINT = "node.cloudprovider.kubernetes.io/uninitialized"
PROVIDED_IP = "alpha.kubernetes.io/provided-node-ip"
PREFIX = "hcloud://"
HEALTH_PORT = 8233
PERIOD_S = 1.0
LOWEST = (1, 30, 1)
"""Below, it panics: the field `datacenter` left Hetzner's API on 2026-07-01 (HK#764)."""


class NotInitialized(Exception):
    """Why a node keeps its taint."""


@dataclass
class Controller:
    """The controller and what it holds on to."""

    api: Api
    project: hetzner.Hetzner
    network: int | None
    """Id of the private network; None without networking."""

    def step(self) -> dict[str, str]:
        """One round over all nodes: why the ones that are not initialized are not."""
        failures: dict[str, str] = {}
        for node in self.api.get(NODES).get("items") or ():
            try:
                self._look_at(node)
            except (NotInitialized, Refused, hetzner.Failed) as failed:
                failures[node["metadata"]["name"]] = str(failed)
        return failures

    def _look_at(self, node: Object) -> None:
        name, provider_id = node["metadata"]["name"], node["spec"].get("providerID") or ""
        if any(taint["key"] == TAINT for taint in node["spec"].get("taints") or ()):
            self._initialize(node)
        elif provider_id.startswith(PREFIX) and not is_ready(node):
            number = int(provider_id.removeprefix(PREFIX))
            if self.project.server(number) is None:
                self.api.delete(f"{NODES}/{name}")

    def _initialize(self, node: Object) -> None:
        metadata = node["metadata"]
        name = metadata["name"]
        found = self.project.servers(name=name)
        if not found:
            raise NotInitialized(f"failed to get instance metadata: server {name} not found")
        addresses = self._addresses(name, found[0])
        self._check_address(node, addresses)
        taints = [t for t in node["spec"].get("taints") or () if t["key"] != TAINT]
        version = metadata["resourceVersion"]
        self.api.patch(
            f"{NODES}/{name}",
            {
                "metadata": {"resourceVersion": version, "labels": labels(found[0])},
                "spec": {"providerID": f"{PREFIX}{found[0]['id']}", "taints": taints},
            },
        )
        self.api.patch(f"{NODES}/{name}/status", {"status": {"addresses": addresses}})

    def _addresses(self, name: str, server: Object) -> list[dict[str, str]]:
        public = (server["public_net"].get("ipv4") or {}).get("ip")
        private = [n["ip"] for n in server["private_net"] if n["network"] == self.network]
        kinds = [("Hostname", name), ("ExternalIP", public)]
        kinds += [("InternalIP", address) for address in private]
        return [{"type": kind, "address": address} for kind, address in kinds if address]

    def _check_address(self, node: Object, addresses: list[dict[str, str]]) -> None:
        name = node["metadata"]["name"]
        provided = (node["metadata"].get("annotations") or {}).get(PROVIDED_IP)
        if provided and not any(address["address"] == provided for address in addresses):
            raise NotInitialized(
                f'provided node ip for node "{name}" is not valid: failed to get node address '
                f"from cloud provider that matches ip: {provided}"
            )


def labels(server: Object) -> dict[str, str]:
    """What the controller knows of a server."""
    return {
        "node.kubernetes.io/instance-type": server["server_type"]["name"],
        "topology.kubernetes.io/region": server["location"]["name"],
        "instance.hetzner.cloud/provided-by": "cloud",
    }


def is_ready(node: Object) -> bool:
    """The Node's Ready condition."""
    conditions = (node.get("status") or {}).get("conditions") or ()
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def panics(version: str) -> str:
    """How a version ends that Hetzner's API left behind, or empty."""
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    if match is None or tuple(map(int, match.groups())) >= LOWEST:
        return ""
    return (
        f"panic: runtime error: invalid memory address or nil pointer dereference ({NAME} "
        f"{version})"
    )


def main() -> NoReturn:
    """The container's command. Its argument is the version that the chart names."""
    condition = Condition(NAME)
    condition.begin()
    token, wanted = os.environ.get("HCLOUD_TOKEN", ""), os.environ.get("HCLOUD_NETWORK", "")
    if failure := panics(" ".join(sys.argv[1:])):
        condition.fail(failure)
    if not token:
        condition.fail('environment variable "HCLOUD_TOKEN" is required')
    try:
        api = Api.from_environment()
        api.get("/version")
        project = hetzner.Hetzner(token)
        controller = Controller(api, project, _network(project, wanted, condition))
    except hetzner.Away as away:
        condition.fail(f"hcloud/newCloud: {away}")
    except (Unreachable, Refused) as failed:
        condition.fail(str(failed))
    condition.serve(HEALTH_PORT)
    condition.done()
    _follow(controller, condition)


def _network(project: hetzner.Hetzner, wanted: str, condition: Condition) -> int | None:
    try:
        found: dict[str, Any] | None = project.network(wanted) if wanted else None
        project.servers(per_page="1")
    except hetzner.Failed as failed:
        condition.fail(f"hcloud/newCloud: {failed}")
    if wanted and found is None:
        condition.fail("hcloud/newCloud: the network that HCLOUD_NETWORK names does not exist")
    return int(found["id"]) if found else None


def _follow(controller: Controller, condition: Condition) -> NoReturn:
    """Round after round. While Hetzner's API or the cluster's is away, nothing changes."""
    while True:
        with contextlib.suppress(hetzner.Away, Unreachable):
            failures = controller.step()
            condition.done(nodes=failures)
            for node, failure in failures.items():
                condition.say(f"error syncing '{node}': {failure}, requeuing")
        time.sleep(PERIOD_S)
