"""A new environment's stack file as text: valid by construction, small, commented. Pure."""

from dataclasses import dataclass
from typing import Any

import yaml

from sovereign.config import ClusterConfig

HEADER = """\
# Environment {name}: versions, images and ranges are pinned, so that a new default of
# sovereign/config.py moves nothing here. Secrets and operators' addresses are set by
# `pulumi config set`; `sovereign env diff dev {name}` says what differs and why it matters.
"""


@dataclass(frozen=True)
class Wish:
    """What an operator asks of a new environment."""

    name: str
    """Stack and cluster name."""
    location: str
    control_planes: int
    """Odd; more than one needs the node-local API address."""
    workers: int
    server_type: str
    protect: bool


def cluster(wish: Wish) -> dict[str, Any]:
    """`sovereign:cluster` of the wish; ids are explicit, so that a removed node moves no other."""
    pinned = ClusterConfig(name="pinned")
    several = wish.control_planes > 1
    workers = list(range(1, wish.workers + 1))
    image = pinned.control_plane.image
    servers = {"serverType": wish.server_type, "image": image}
    return {
        "name": wish.name,
        "location": wish.location,
        "network": pinned.network.model_dump(by_alias=True),
        "controlPlane": {**servers, "ids": list(range(1, wish.control_planes + 1))},
        "pools": {"default": {**servers, "ids": workers}} if workers else {},
        "apiServerAddress": "node-local" if several else "control-plane-ip",
        "k3s": {"version": pinned.k3s.version},
        "cilium": {
            "version": pinned.cilium.version,
            "encryption": {"type": pinned.cilium.encryption.type},
        },
        "cloudController": {"version": pinned.cloud_controller.version},
        "protect": wish.protect,
    }


def text(wish: Wish) -> str:
    """The file `Pulumi.<name>.yaml`."""
    body = {"config": {"sovereign:cluster": cluster(wish)}}
    dumped = yaml.safe_dump(body, sort_keys=False, default_flow_style=None, width=120)
    return HEADER.format(name=wish.name) + dumped
