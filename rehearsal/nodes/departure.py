"""`leave.sh`: a node leaves its cluster before its server is deleted."""

from rehearsal.nodes.bring_up import come_to_rest
from rehearsal.nodes.ports import Outcome
from rehearsal.nodes.session import Session
from rehearsal.nodes.state import Cluster
from rehearsal.nodes.world import World


def leave(session: Session) -> Outcome:
    """Drain a Ready node, delete the Node and its password; an absent node has left already.

    A node of that name on another server is its successor and stays.
    """
    name, _limit = session.variable("NODE"), session.variable("LIMIT_S")
    server_id = session.variable("SERVER_ID")
    cluster = session.cluster
    if cluster is None or session.host.role != "server":
        return session.diagnosed(
            f"{session.name}: the API does not answer, so {name} cannot leave; restore it, "
            "then run the same "
            "command again."
        )
    lines = []
    if name in cluster.nodes:
        rest = come_to_rest(session.world, cluster)
        found = str(cluster.nodes[name].server_id)
        if rest.stage.initialized and found != server_id:
            stays = f"{name} is another server now (hcloud://{found}, not hcloud://{server_id})"
            return Outcome(f"{stays}: it stays\n", "", 0)
        if rest.ready(rest.by_name(name)):
            lines += [f"node/{name} cordoned", f"node/{name} drained"]
        forget(session.world, cluster, name)
        lines.append(f'node "{name}" deleted')
    if cluster.node_passwords.pop(name, None) is not None:
        lines.append(f'secret "{name}.node-password.k3s" deleted')
    lines.append(f"{name} has left")
    return Outcome("".join(f"{line}\n" for line in lines), "", 0)


def forget(world: World, cluster: Cluster, name: str) -> None:
    """Delete a Node; k3s removes the etcd member of a server with it."""
    node = cluster.nodes.pop(name)
    if node.server_id in cluster.members:
        cluster.members.remove(node.server_id)
    host = world.state.hosts.get(node.server_id)
    if host is not None:
        host.cluster, host.active, host.started_from = "", False, ""


def forget_deleted_servers(world: World, cluster: Cluster) -> None:
    """What a running cloud controller does: delete the Nodes whose servers do not exist any more;
    k3s then forgets their passwords (k3s#6186)."""
    gone = [n.name for n in cluster.nodes.values() if world.machine(n.server_id) is None]
    if not gone or not world.has_quorum(cluster):
        return
    rest = come_to_rest(world, cluster)
    if rest.stage.initialized and rest.controller is not None:
        for name in gone:
            forget(world, cluster, name)
            cluster.node_passwords.pop(name, None)
