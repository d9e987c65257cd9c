"""The same cloud resources as a Sovereign of that size, registered by hand."""

import json

import pulumi
import pulumi_hcloud as hcloud

SERVERS = json.loads(pulumi.Config("bare").require("servers"))
"""[{name, ip, type, image, location, group, labels}] as the Sovereign's plan has them."""
USER_DATA = pulumi.Config("bare").require("userData")
"""One server's, for all of them: as long as the Sovereign's own."""

network = hcloud.Network("bare", name="bare", ip_range="10.0.0.0/16")
subnet = hcloud.NetworkSubnet(
    "bare",
    network_id=network.id.apply(int),
    type="cloud",
    network_zone="eu-central",
    ip_range="10.0.1.0/24",
)
key = hcloud.SshKey(
    "bare",
    name="bare",
    public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILxZnlDFJiLqfLBJpi9iemSW8YGB6wxQW4wsaCvroD+Q",
)
firewalls = [hcloud.Firewall(name, name=name) for name in ("bare-servers", "bare-workers")]
groups = {
    name: hcloud.PlacementGroup(name, name=name, type="spread")
    for name in sorted({server["group"] for server in SERVERS})
}
for server in SERVERS:
    hcloud.Server(
        server["name"],
        name=server["name"],
        server_type=server["type"],
        image=server["image"],
        location=server["location"],
        ssh_keys=[key.id],
        firewall_ids=[firewalls[0].id.apply(int)],
        placement_group_id=groups[server["group"]].id.apply(int),
        networks=[hcloud.ServerNetworkArgs(subnet_id=subnet.id, ip=server["ip"], alias_ips=[])],
        user_data=pulumi.Output.secret(USER_DATA),
        labels=server["labels"],
        opts=pulumi.ResourceOptions(depends_on=[subnet]),
    )
