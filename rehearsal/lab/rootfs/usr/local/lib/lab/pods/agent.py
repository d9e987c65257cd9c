"""Cilium's agent: reaches the API as its environment says, or ends with the reason; waits for the
operator's definitions; makes the pod network; and only then lets the node be Ready.

It loads no eBPF, gives pods no interfaces and enforces no policy.
"""

import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import NoReturn

from . import (
    bulk,
    cilium_nodes,
    commands,
    datapath,
    definitions,
    interfaces,
    service,
    wireguard,
)
from .api import Api, Object, Refused, Unreachable
from .condition import Condition

CNI = Path("/etc/cni/net.d/05-cilium.conflist")
CONFIGURATION = "/api/v1/namespaces/kube-system/configmaps/cilium-config"
TAINT = "node.cilium.io/agent-not-ready"
HEALTH_PORT = 9879
PERIOD_S = 1.0
"""Between two looks at the other nodes."""
GRACE = 10
"""Looks that a node gets to read its own range, before others make a route of it."""
PATIENCE = 3
"""Looks without an answer after which the agent says that it lost the API."""
NO_RANGE = "required IPv4 PodCIDR not available"


@dataclass
class Agent:
    """The agent of one node."""

    api: Api
    node: str
    condition: Condition
    _connected: tuple[cilium_nodes.CiliumNode, ...] | None = field(default=None, init=False)
    _seen: dict[str, int] = field(default_factory=dict, init=False)
    """Node -> looks since it has a range."""

    def run(self) -> NoReturn:
        """Come up, then follow the other nodes."""
        CNI.unlink(missing_ok=True)
        self.condition.begin()
        self.condition.serve(HEALTH_PORT)
        settings = self.api.get(CONFIGURATION)["data"]
        self._wait_for_definitions()
        path = self._datapath(settings)
        forwarder = service.kubernetes(self.api)
        forwarder.start()
        bulk.serve(str(datapath.router(path.pods)))
        self._let_the_node_be_ready(path)
        self._follow(path, forwarder)

    def _wait_for_definitions(self) -> None:
        while missing := definitions.missing(self.api, definitions.AGENT_NEEDS):
            names = " ".join(f"crd:{name}" for name in missing)
            self.condition.wait(
                f"Still waiting for Cilium Operator to register the following CRDs: [{names}]"
            )
            time.sleep(PERIOD_S)

    def _datapath(self, settings: Object) -> datapath.Datapath:
        """Make the network, then look whether the API is still there: routes to pods may have taken
        its address."""
        own = self.api.get(f"/api/v1/nodes/{self.node}")
        address = internal_address(own)
        encrypted = settings.get("enable-wireguard") == "true"
        pods = self._range(settings, address)
        mtu = int(settings["mtu"]) or interfaces.mtu(interfaces.holding(str(address)))
        path = datapath.Datapath(address, pods, mtu, encrypted)
        key = wireguard.public_key() if encrypted else ""
        path.up()
        if encrypted:
            wireguard.up(path.mtu)
            path.encrypt(wireguard.DEVICE)
        self._connect(path, grace=0)
        cilium_nodes.publish(self.api, self.node, address, datapath.router(pods), key)
        return path

    def _range(self, settings: Object, address: IPv4Address) -> IPv4Network:
        """This node's pods: from its Node with `ipam.mode: kubernetes`, else from the operator."""
        of_kubernetes = settings["ipam"] == "kubernetes"
        while True:
            named = self.api.get(f"/api/v1/nodes/{self.node}")["spec"].get("podCIDR")
            pods = IPv4Network(named) if named and of_kubernetes else None
            cilium_nodes.announce(self.api, self.node, address, pods)
            for known in cilium_nodes.every(self.api):
                if known.name == self.node and known.pods is not None:
                    return known.pods
            self.condition.wait(NO_RANGE)
            time.sleep(PERIOD_S)

    def _connect(self, path: datapath.Datapath, grace: int = GRACE) -> None:
        """Routes and peers as the other nodes say they are. One that is not up yet still asks the
        API for its range, so it gets some time before the way to it may change."""
        others = cilium_nodes.connected(cilium_nodes.every(self.api), self.node)
        self._seen = {node.name: self._seen.get(node.name, 0) + 1 for node in others}
        others = tuple(node for node in others if node.up or self._seen[node.name] > grace)
        if others == self._connected:
            return
        if path.encrypted:
            wireguard.connect(
                {
                    node.name: wireguard.Peer(node.address, node.public_key)
                    for node in others
                    if node.address and node.public_key
                }
            )
        path.connect({n.address: n.pods for n in others if n.address and n.pods})
        self._connected = others

    def _let_the_node_be_ready(self, path: datapath.Datapath) -> None:
        plugin = {"type": "cilium-cni", "enable-debug": False}
        conflist = {"cniVersion": "1.0.0", "name": "cilium", "plugins": [plugin]}
        CNI.parent.mkdir(parents=True, exist_ok=True)
        CNI.write_text(f"{json.dumps(conflist)}\n", encoding="utf-8")
        remove_taint(self.api, self.node, TAINT)
        self.condition.done(
            mtu=path.mtu,
            route_mtu=path.route_mtu,
            pods=str(path.pods),
            address=str(path.node_ip),
            encrypted=path.encrypted,
        )
        self.condition.say(f"the pod network is up, {path.route_mtu} bytes to other nodes")

    def _follow(self, path: datapath.Datapath, forwarder: service.KubernetesService) -> NoReturn:
        """Keep routes, peers and API servers as they are now; a lost API leaves them as they
        were."""
        unheard = 0
        while True:
            time.sleep(PERIOD_S)
            try:
                self._connect(path)
                forwarder.refresh(self.api)
                unheard = 0
            except Unreachable as lost:
                if datapath.overlap(self.api.addresses[0][0]):
                    raise
                unheard += 1
                if unheard >= PATIENCE:
                    self.condition.say(f"lost the API: {lost}")
            except Refused as refused:
                self.condition.say(f"the API refuses: {refused}")


def internal_address(node: Object) -> IPv4Address:
    """The node's private address."""
    addresses = node["status"].get("addresses") or ()
    return IPv4Address(next(a["address"] for a in addresses if a["type"] == "InternalIP"))


def remove_taint(api: Api, node: str, key: str) -> None:
    """Take a taint from a node; an absent one is fine."""
    found = api.get(f"/api/v1/nodes/{node}")
    taints = found["spec"].get("taints") or []
    left = [taint for taint in taints if taint["key"] != key]
    if len(left) != len(taints):
        version = found["metadata"]["resourceVersion"]
        body = {"metadata": {"resourceVersion": version}, "spec": {"taints": left}}
        try:
            api.patch(f"/api/v1/nodes/{node}", body)
        except Refused as refused:
            if refused.status != 409:
                raise
            remove_taint(api, node, key)


def main() -> NoReturn:
    """The container's command. SIGTERM takes the node's network away, so that it is not Ready."""
    condition = Condition("cilium-agent")
    api = Api.from_environment()

    def stop(_signal: int, _frame: object) -> NoReturn:
        CNI.unlink(missing_ok=True)
        condition.begin()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        Agent(api, os.environ["K8S_NODE_NAME"], condition).run()
    except Unreachable as unreachable:
        CNI.unlink(missing_ok=True)
        condition.fail(f"{unreachable}{datapath.overlap(api.addresses[0][0])}")
    except (Refused, commands.Failed) as failed:
        CNI.unlink(missing_ok=True)
        condition.fail(str(failed))
