"""State to records: the frozen copies that the rest of the rehearsal reads."""

from rehearsal.hetzner.catalogue.images import IMAGE
from rehearsal.hetzner.catalogue.server_types import SERVER_TYPE
from rehearsal.hetzner.model import Attachment, LoadBalancer, Network, Server
from rehearsal.hetzner.records import (
    FirewallRuleRecord,
    LoadBalancerRecord,
    NetworkAttachment,
    NetworkRecord,
    ServerRecord,
    SubnetRecord,
)
from rehearsal.hetzner.relations import (
    firewalls_of,
    load_balancers_in_network,
    primary_ip_of,
    servers_in_network,
    servers_of_target,
)
from rehearsal.hetzner.state import HetznerState


def server_record(state: HetznerState, server: Server) -> ServerRecord:
    """A server with everything that touches it."""
    firewalls = firewalls_of(state, server)
    ipv4 = primary_ip_of(state, server.id, "ipv4")
    ipv6 = primary_ip_of(state, server.id, "ipv6")
    return ServerRecord(
        id=server.id,
        name=server.name,
        status=server.status,
        created=server.created,
        labels=dict(server.labels),
        server_type=server.server_type,
        architecture=SERVER_TYPE[server.server_type].architecture,
        image=IMAGE[server.image].name,
        location=server.location,
        user_data=server.user_data,
        public_keys=tuple(server.public_keys),
        public_ipv4=ipv4.ip if ipv4 else None,
        public_ipv6=ipv6.ip if ipv6 else None,
        attachments=_attachments(server.attachments),
        firewall_ids=tuple(firewall.id for firewall in firewalls),
        firewall_rules=tuple(
            FirewallRuleRecord(
                direction=rule.direction,
                protocol=rule.protocol,
                port=rule.port,
                source_ips=tuple(rule.source_ips),
                destination_ips=tuple(rule.destination_ips),
            )
            for firewall in firewalls
            for rule in firewall.rules
        ),
        placement_group_id=server.placement_group,
        boots=server.boots,
    )


def network_record(state: HetznerState, network: Network) -> NetworkRecord:
    """A network with what is attached to it."""
    return NetworkRecord(
        id=network.id,
        name=network.name,
        ip_range=network.ip_range,
        labels=dict(network.labels),
        subnets=tuple(
            SubnetRecord(type=s.type, ip_range=s.ip_range, network_zone=s.network_zone)
            for s in network.subnets
        ),
        routes=tuple((route.destination, route.gateway) for route in network.routes),
        server_ids=tuple(s.id for s in servers_in_network(state, network.id)),
        load_balancer_ids=tuple(b.id for b in load_balancers_in_network(state, network.id)),
    )


def load_balancer_record(state: HetznerState, balancer: LoadBalancer) -> LoadBalancerRecord:
    """A load balancer with the servers behind it."""
    servers = [s.id for target in balancer.targets for s in servers_of_target(state, target)]
    return LoadBalancerRecord(
        id=balancer.id,
        name=balancer.name,
        public_ipv4=balancer.ipv4 if balancer.public_enabled else None,
        labels=dict(balancer.labels),
        attachments=_attachments(balancer.attachments),
        services=tuple((s.listen_port, s.destination_port) for s in balancer.services),
        target_server_ids=tuple(dict.fromkeys(servers)),
    )


def _attachments(attachments: list[Attachment]) -> tuple[NetworkAttachment, ...]:
    return tuple(
        NetworkAttachment(
            network_id=attachment.network,
            ip=attachment.ip,
            alias_ips=tuple(attachment.alias_ips),
            mac_address=attachment.mac_address,
            after_boot=attachment.after_boot,
        )
        for attachment in attachments
    )
