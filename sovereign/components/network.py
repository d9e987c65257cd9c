"""The private network of a Sovereign: network, nodes' subnet, firewalls, placement groups.

Hetzner's network is layer 3 only and takes 100 attachments; a placement group takes 10 servers.
Firewalls filter the public side only and are closed but for operators. Ranges never change: see
`_hcloud_compat.guard_range`.
"""

from typing import TypedDict

import pulumi
import pulumi_hcloud as hcloud

from sovereign.components import _hcloud_compat as compat
from sovereign.plan import SovereignPlan, naming
from sovereign.plan.model import FirewallPlan, Role


class NetworkArgs(TypedDict):
    """What the network is made from."""

    plan: SovereignPlan
    """The whole plan; network, firewalls and placement groups are read."""


class Network(pulumi.ComponentResource):
    """Network, subnet, firewalls and placement groups."""

    network_id: pulumi.Output[int]
    """Hetzner id of the network."""
    subnet_id: pulumi.Output[str]
    """Provider id of the subnet, `<network id>-<range>`."""
    subnet: hcloud.NetworkSubnet
    """The subnet, for servers to depend on."""
    firewall_ids: dict[Role, pulumi.Output[int]]
    """Firewall of each role."""
    placement_group_ids: dict[str, pulumi.Output[int]]
    """Group name -> Hetzner id."""

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan = args["plan"]
        super().__init__("sovereign:index:Network", name, facts(plan), opts)
        labels = naming.labels(plan.name)

        network = hcloud.Network(
            name,
            name=plan.network.name,
            ip_range=plan.network.cidr,
            labels=labels,
            opts=compat.frozen_options(self, ["ipRange"], protect=plan.protect),
        )
        guarded = compat.guard_range(
            network.id, network.ip_range, plan.network.cidr, "network.cidr"
        )
        self.network_id = compat.number(guarded)

        self.subnet = hcloud.NetworkSubnet(
            f"{name}-nodes",
            network_id=self.network_id,
            type="cloud",
            network_zone=plan.network.zone,
            ip_range=plan.network.node_cidr,
            opts=compat.frozen_options(self, ["ipRange", "networkZone"], protect=plan.protect),
        )
        self.subnet_id = compat.guard_range(
            self.subnet.id, self.subnet.ip_range, plan.network.node_cidr, "network.nodeCidr"
        )

        self.firewall_ids = {
            role: compat.number(self._firewall(firewall, labels).id)
            for role, firewall in plan.firewalls.items()
        }

        self.placement_group_ids = {
            group: compat.number(self._placement_group(group, labels).id)
            for group in plan.placement_groups
        }

        self.register_outputs({"networkId": self.network_id, "subnetId": self.subnet_id})

    def _firewall(self, plan: FirewallPlan, labels: dict[str, str]) -> hcloud.Firewall:
        rules = [
            hcloud.FirewallRuleArgs(
                direction="in",
                protocol="tcp",
                port=rule.port,
                source_ips=list(rule.sources),
                description=rule.description,
            )
            for rule in plan.rules
        ]
        return hcloud.Firewall(
            plan.name,
            name=plan.name,
            rules=rules,
            labels=labels,
            opts=compat.firewall_options(self),
        )

    def _placement_group(self, group: str, labels: dict[str, str]) -> hcloud.PlacementGroup:
        return hcloud.PlacementGroup(
            group,
            name=group,
            type="spread",
            labels=labels,
            opts=pulumi.ResourceOptions(parent=self),
        )


def facts(plan: SovereignPlan) -> dict[str, object]:
    """Plain plan values that policies read in a first preview."""
    return {
        "networkCidr": plan.network.cidr,
        "nodeCidr": plan.network.node_cidr,
        "podCidr": plan.network.pod_cidr,
        "serviceCidr": plan.network.service_cidr,
        "loadBalancerAddresses": list(plan.network.load_balancer_addresses),
    }
