"""Every quirk of the hcloud provider that the components work around, each with its upstream issue.
Deleting this file is the goal.
"""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_hcloud as hcloud


def number(resource_id: pulumi.Output[str]) -> pulumi.Output[int]:
    """Ids are strings, arguments want integers (pulumi-hcloud#170). Noticed by the golden
    registrations.
    """
    return resource_id.apply(int)


def attachment(
    network: pulumi.Input[int], subnet: pulumi.Input[str], address: str
) -> hcloud.ServerNetworkArgs:
    """An inline attachment that the provider does not take off and on at each `up`.

    `alias_ips=[]` (TF#650), and the subnet by its id, for a network id alone takes an arbitrary
    subnet.
    """
    return hcloud.ServerNetworkArgs(network_id=network, subnet_id=subnet, ip=address, alias_ips=[])


def server_options(
    parent: pulumi.Resource, subnet: pulumi.Resource, *, generation: int, protect: bool
) -> pulumi.ResourceOptions:
    """Options of every server.

    An edit of user_data, image or keys must not replace a running node (TF#338, TF#372): the
    generation does that on purpose. Name and pinned address are unique, so the old server goes
    first (KH#558). Attaching races with the subnet (TF#650).
    """
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=[subnet],
        delete_before_replace=True,
        ignore_changes=["userData", "image", "sshKeys"],
        replacement_trigger=generation,
        protect=protect,
        custom_timeouts=pulumi.CustomTimeouts(create="15m", delete="15m"),
    )


def frozen_range_options(parent: pulumi.Resource, *, protect: bool) -> pulumi.ResourceOptions:
    """Options of network and subnet: a changed range crashes the provider in Diff, and a replaced
    subnet reports false success (TF#1523). The range is ignored here and compared by `guard_range`.
    """
    return pulumi.ResourceOptions(parent=parent, ignore_changes=["ipRange"], protect=protect)


def guard_range(
    resource_id: pulumi.Output[str], found: pulumi.Output[str], planned: str, path: str
) -> pulumi.Output[str]:
    """The id, or one sentence where the range in the cloud is not the configured one (TF#1523)."""

    def compare(values: list[Any]) -> str:
        identity, actual = values
        if actual is not None and actual != planned:
            raise pulumi.RunError(
                f"{path}: found {planned!r}; the network was made with {actual!r}, a range never "
                f"changes under running nodes; write {actual!r} again, or make a new environment"
            )
        return str(identity)

    return pulumi.Output.all(resource_id, found).apply(compare)


def firewall_options(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    """Rules vanish when only name or labels change (TF#931): both are fixed for life."""
    return pulumi.ResourceOptions(parent=parent, ignore_changes=["name", "labels"])


def private_ip(server: hcloud.Server, name: str) -> pulumi.Output[str]:
    """The address that the cloud says the server has in the network; unknown until it exists.

    A server whose attachment failed after its creation stays in the state with the network that was
    asked for, but without an interface in it, and a plain `up` does not attach it.
    """

    def read(networks: Sequence[hcloud.outputs.ServerNetwork] | None) -> str:
        for network in networks or []:
            if network.ip and network.mac_address:
                return str(network.ip)
        raise detached(name)

    return server.networks.apply(read)


def public_ip(server: hcloud.Server, name: str) -> pulumi.Output[str]:
    """The public IPv4 address. A server whose creation failed half-way has none in the state."""

    def read(address: str | None) -> str:
        if address:
            return address
        raise detached(name)

    return server.ipv4_address.apply(read)


def detached(name: str) -> pulumi.RunError:
    """What to do about a server whose creation failed at the attachment."""
    return pulumi.RunError(
        f"server {name} exists but has no private address: attaching it failed; "
        "run `pulumi up --refresh`, which attaches it"
    )
