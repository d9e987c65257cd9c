"""The Sovereigns of these tests, planned by the program's own plan, and a project written down by
hand."""

import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from rehearsal.nodes.project import Machine, PrivateNetwork
from sovereign import secrets
from sovereign.plan import SovereignPlan, user_data
from tests.configurations import dev, plan
from tests.rehearsal.nodes.change import Change, changed_files

SEED = "a-seed-for-tests-of-more-than-32-characters"
NETWORK = PrivateNetwork(id=7, name="dev", ip_range="10.0.0.0/16", subnets=("10.0.1.0/24",))
HCLOUD = {"token": "hcloud-token", "network": str(NETWORK.id)}
"""What the cloud controller's Secret holds."""


@dataclass
class Project:
    """A Hetzner project written down by hand."""

    machines: dict[str, Machine] = field(default_factory=dict)
    private_networks: tuple[PrivateNetwork, ...] = (NETWORK,)

    def servers(self) -> tuple[Machine, ...]:
        """All servers."""
        return tuple(self.machines.values())

    def networks(self) -> tuple[PrivateNetwork, ...]:
        """All networks."""
        return self.private_networks


def hcloud_secret(values: dict[str, str]) -> dict[str, Any]:
    """The Secret as the program applies it."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "hcloud", "namespace": "kube-system"},
        "stringData": values,
    }


@cache
def dev_plan() -> SovereignPlan:
    """The plan of Pulumi.dev.yaml: one control plane, two workers."""
    return plan(dev())


@cache
def solo_plan() -> SovereignPlan:
    """One control plane and no worker."""
    return plan(dev(pools={}))


@cache
def available_plan() -> SovereignPlan:
    """Three control planes, two workers."""
    return plan(dev(controlPlane={"ids": [1, 2, 3]}))


@cache
def elsewhere_plan() -> SovereignPlan:
    """The dev Sovereign with SSH on port 2222."""
    return plan(dev(ssh={"port": 2222}))


@cache
def replaced_plan(node_id: int = 2) -> SovereignPlan:
    """The dev Sovereign whose worker of that id is of generation 2."""
    pool = {"serverType": "cpx32", "image": "ubuntu-24.04", "ids": [1, 2]}
    return plan(dev(pools={"default": {**pool, "generations": {str(node_id): 2}}}))


_TEXTS: dict[tuple[int, str, tuple[Change, ...]], str] = {}
"""Rendered user_data by plan, node and changes: rendering is the slow part of these tests."""


def rendered(planned: SovereignPlan, name: str, changes: tuple[Change, ...]) -> str:
    """The user_data of a node, with its host key."""
    key = (id(planned), name, changes)
    if key not in _TEXTS:
        node = planned.node(name)
        document = copy.deepcopy(dict(node.cloud_config))
        for change in changes:
            document["write_files"] = changed_files(document["write_files"], change)
        keys = secrets.host_key(SEED, name, node.generation)
        _TEXTS[key] = user_data.render(document, keys.private, keys.public)
    return _TEXTS[key]
