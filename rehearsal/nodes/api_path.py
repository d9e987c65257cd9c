"""The way from a node to the Kubernetes API, as one of its processes would try it."""

from rehearsal.nodes import network
from rehearsal.nodes.dialing import LOOPBACK, timed_out
from rehearsal.nodes.k3s import K3s, certificate_names
from rehearsal.nodes.project import Machine
from rehearsal.nodes.state import Cluster, Host
from rehearsal.nodes.world import World

SERVICE_PORT = 443
UNKNOWN_AUTHORITY = (
    "tls: failed to verify certificate: x509: certificate signed by unknown authority"
)


def service_address(cluster: Cluster) -> str:
    """The `kubernetes` Service: the first address of the service range."""
    first = cluster.k3s.text("service-cidr", "10.43.0.0/16").partition("/")[0]
    return f"{first.rpartition('.')[0]}.1"


def dial_api(world: World, cluster: Cluster, machine: Machine, host: str, port: int) -> str | None:
    """Open TLS to the API at `host:port` from a process on `machine`; the reason why not, or
    None."""
    own = world.state.hosts[machine.id]
    if balanced(own, host, port):
        return world.reach_servers(machine, cluster)
    failure = network.dial(world.topology, machine, host, port)
    if failure:
        return failure
    server = own if network.is_loopback(host) else _server(world, host, port)
    if server is None or server.cluster != cluster.uid:
        return UNKNOWN_AUTHORITY
    return certificate_mismatch(server, host)


def dial_service(world: World, cluster: Cluster, machine: Machine) -> str | None:
    """Dial the Service address before Cilium runs on the node: only kube-proxy would serve it."""
    if cluster.k3s.flag("disable-kube-proxy"):
        return timed_out(service_address(cluster), SERVICE_PORT)
    return world.reach_servers(machine, cluster)


def balanced(host: Host, address: str, port: int) -> bool:
    """Whether that address is an agent's own balancer to the servers."""
    process = host.k3s
    return (
        process is not None
        and process.role == "agent"
        and network.is_loopback(address)
        and port == balancer_port(process)
    )


def balancer_port(process: K3s) -> int:
    """Where an agent's balancer listens on loopback."""
    return int(process.text("lb-server-port", "6444"))


def certificate_mismatch(server: Host, name: str) -> str | None:
    """What a client says that verifies `name` against the server's certificate."""
    process = server.k3s
    assert process is not None
    names = certificate_names(process, server.name)
    if name in names or (name == "localhost" and LOOPBACK in names):
        return None
    return (
        "tls: failed to verify certificate: x509: certificate is valid for "
        f"{', '.join(sorted(names))}, not {name}"
    )


def _server(world: World, host: str, port: int) -> Host | None:
    found = world.answering_server(host, port)
    return found[0] if found else None
