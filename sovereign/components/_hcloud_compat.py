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
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource],
    *,
    generation: int,
    protect: bool,
) -> pulumi.ResourceOptions:
    """Options of every server.

    An edit of user_data, image, keys or location must not replace a running node (TF#338, TF#372):
    the generation does that on purpose. A changed location is compared by `private_ip`. Name and
    pinned address are unique, so the old server goes first (KH#558). Attaching races with the
    subnet (TF#650), which is therefore among `depends_on`.
    """
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=list(depends_on),
        delete_before_replace=True,
        ignore_changes=["userData", "image", "sshKeys", "location"],
        replacement_trigger=generation,
        protect=protect,
        custom_timeouts=pulumi.CustomTimeouts(create="15m", delete="15m"),
    )


def frozen_options(
    parent: pulumi.Resource, frozen: Sequence[str], *, protect: bool
) -> pulumi.ResourceOptions:
    """Options of network and subnet: a changed range crashes the provider in Diff, and a replaced
    subnet reports false success (TF#1523). What is `frozen` is ignored here and compared by
    `guard_range` or `private_ip`.
    """
    return pulumi.ResourceOptions(parent=parent, ignore_changes=list(frozen), protect=protect)


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


def deploy_key_options(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    """Options of the deploy key: no node lets a later one in, and replacing a key may take the
    servers that name it along (pulumi#23818). It is ignored here and compared by `guard_seed`.
    """
    return pulumi.ResourceOptions(
        parent=parent, delete_before_replace=True, ignore_changes=["publicKey"]
    )


def guard_seed(key: hcloud.SshKey, derived: pulumi.Output[str]) -> pulumi.Output[str]:
    """The key's id, or one sentence where the environment was made with another seed."""

    def compare(values: list[Any]) -> str:
        identity, found, public = values
        if found and found.split()[:2] != public.split()[:2]:
            raise pulumi.RunError(
                "sovereign:seed: found another seed than this environment was made with; no node "
                "would let its keys in; write the earlier seed again, or make a new environment"
            )
        return str(identity)

    return pulumi.Output.all(key.id, key.public_key, derived).apply(compare)


def firewall_options(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    """Rules vanish when only name or labels change (TF#931): both are fixed for life."""
    return pulumi.ResourceOptions(parent=parent, ignore_changes=["name", "labels"])


def private_ip(server: hcloud.Server, name: str, location: str) -> pulumi.Output[str]:
    """The address that the cloud says the server has in the network; unknown until it exists. One
    sentence where the server is not in the configured location.

    A server whose attachment failed after its creation stays in the state with the network that was
    asked for, but without an interface in it, and a plain `up` does not attach it.
    """

    def attached(networks: Sequence[hcloud.outputs.ServerNetwork] | None) -> list[list[Any]]:
        return [[network.ip, network.mac_address] for network in networks or []]

    def read(values: list[Any]) -> str:
        interfaces, public, found = values
        if found and found != location:
            raise moved(name, found, location)
        for address, hardware in interfaces:
            if address and (hardware or public):
                return str(address)
        raise detached(name)

    found = [server.networks.apply(attached), server.ipv4_address, server.location]
    return pulumi.Output.all(*found).apply(read)


def public_ip(server: hcloud.Server, name: str) -> pulumi.Output[str]:
    """The public IPv4 address. A server whose creation failed half-way has none in the state."""

    def read(address: str | None) -> str:
        if address:
            return address
        raise detached(name)

    return server.ipv4_address.apply(read)


def moved(name: str, found: str, planned: str) -> pulumi.RunError:
    """What to do where the configured location is not the server's."""
    return pulumi.RunError(
        f"location: found {planned!r}; {name} was made in {found!r}, and a server does not move; "
        f"write {found!r} again, or make new nodes there: a pool of its own, a raised generation"
    )


def detached(name: str) -> pulumi.RunError:
    """What to do about a server whose creation failed at the attachment."""
    return pulumi.RunError(
        f"server {name} exists but has no private address: attaching it failed; "
        "run `pulumi up --refresh`, which attaches it"
    )
