"""One Hetzner server of a plan, the same for control planes and workers, and what others need of it
once it exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_hcloud as hcloud

from sovereign import secrets
from sovereign.components import _hcloud_compat as compat
from sovereign.components.network import Network
from sovereign.plan import NodePlan
from sovereign.plan.user_data import render


@dataclass(frozen=True)
class Node:
    """A server with its plan. Addresses are Outputs: what the cloud says, not what was asked."""

    plan: NodePlan
    server: hcloud.Server
    private_ip: pulumi.Output[str]
    public_ip: pulumi.Output[str]
    host_key: pulumi.Output[str]
    """Public half of the pinned SSH host key."""


class ServersArgs(TypedDict):
    """What every group of servers is made with."""

    network: Network
    """Where the servers are attached."""
    key_ids: list[pulumi.Output[str]]
    """Hetzner ids of the SSH keys put on new servers."""
    seed: pulumi.Output[str]
    """The secret that host keys are derived from."""


def create_all(
    parent: pulumi.Resource, plans: Sequence[NodePlan], args: ServersArgs, *, protect: bool
) -> list[Node]:
    """A server for each plan, in their order."""
    return [create(parent, plan, args, protect=protect) for plan in plans]


def create(
    parent: pulumi.Resource,
    plan: NodePlan,
    args: ServersArgs,
    *,
    protect: bool,
    after: Sequence[pulumi.Resource] = (),
) -> Node:
    """The server: pinned address, spread group, firewall of its role, user_data with its own host
    key (secret). It waits for what comes `after`, with its replacement, too.
    """
    network, keys = args["network"], host_keys(plan, args["seed"])
    user_data = keys.apply(lambda pair: render(plan.cloud_config, pair.private, pair.public))
    server = hcloud.Server(
        plan.name,
        name=plan.name,
        server_type=plan.server_type,
        image=plan.image,
        location=plan.location,
        ssh_keys=args["key_ids"],
        firewall_ids=[network.firewall_ids[plan.role]],
        placement_group_id=network.placement_group_ids[plan.placement_group],
        networks=[compat.attachment(network.network_id, network.subnet_id, plan.private_ip)],
        user_data=user_data,
        labels=dict(plan.hcloud_labels),
        shutdown_before_deletion=True,
        delete_protection=protect,
        rebuild_protection=protect,
        opts=compat.server_options(
            parent, [network.subnet, *after], generation=plan.generation, protect=protect
        ),
    )
    return Node(
        plan=plan,
        server=server,
        private_ip=compat.private_ip(server, plan.name, plan.location),
        public_ip=compat.public_ip(server, plan.name),
        host_key=public_half(keys),
    )


def host_keys(plan: NodePlan, seed: pulumi.Output[str]) -> pulumi.Output[secrets.KeyPair]:
    """The SSH host key of the node in its planned generation; secret."""
    return seed.apply(lambda text: secrets.host_key(text, plan.name, plan.generation))


def public_half(keys: pulumi.Output[secrets.KeyPair]) -> pulumi.Output[str]:
    """The half of a key that everybody may know."""
    return pulumi.Output.unsecret(keys.apply(lambda pair: pair.public))


def facts(plan: NodePlan) -> dict[str, object]:
    """Plain plan values of a node, for its component's inputs."""
    return {
        "name": plan.name,
        "id": plan.id,
        "generation": plan.generation,
        "privateIp": plan.private_ip,
        "serverType": plan.server_type,
        "image": plan.image,
        "placementGroup": plan.placement_group,
    }
