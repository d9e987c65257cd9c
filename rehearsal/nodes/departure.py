"""`leave.sh`, and what `retire.sh` and the last gate share with it: a node leaves its cluster
before its server is deleted.
"""

import hashlib

from rehearsal.nodes.bring_up import BringUp, come_to_rest
from rehearsal.nodes.ports import Outcome
from rehearsal.nodes.session import Session
from rehearsal.nodes.state import Cluster, Host, NodeObject
from rehearsal.nodes.world import World

STAYS_OUT = "/etc/systemd/system/k3s.service.d/removed.conf"
"""With this file of `join.sh`, systemd does not start a server again that was taken out of etcd."""


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
        lines += depart(session.world, cluster, rest, name)
    elif cluster.node_passwords.pop(name, None) is not None:
        lines.append(f'secret "{name}.node-password.k3s" deleted')
    lines.append(f"{name} has left")
    return Outcome("".join(f"{line}\n" for line in lines), "", 0)


def depart(world: World, cluster: Cluster, rest: BringUp, name: str) -> list[str]:
    """Drain a Ready node, delete the Node and its password: kubectl's lines."""
    ready = rest.ready(rest.by_name(name))
    lines = [f"node/{name} cordoned", f"node/{name} drained"] if ready else []
    cluster.node_passwords.pop(name, None)
    forget(world, cluster, name)
    return [*lines, f'node "{name}" deleted', f'secret "{name}.node-password.k3s" deleted']


def forget(world: World, cluster: Cluster, name: str) -> None:
    """Delete a Node; k3s removes the etcd member of a server with it, and that server ends.

    systemd starts it again, and it joins afresh, or is a cluster of its own [k3s#4023, #13623],
    unless `join.sh` has told systemd not to.
    """
    node = cluster.nodes.pop(name)
    member = node.server_id in cluster.members
    if member:
        cluster.members.remove(node.server_id)
    host, machine = world.state.hosts.get(node.server_id), world.machine(node.server_id)
    if host is None:
        return
    if member and machine is not None and machine.running and STAYS_OUT not in host.files:
        _start_again(world, cluster, host, node)
    else:
        host.cluster, host.active, host.started_from = "", False, ""


def _start_again(world: World, cluster: Cluster, host: Host, node: NodeObject) -> None:
    if not host.server_url:
        clusters = world.state.clusters
        uid = hashlib.sha256(f"{node.server_id}/{len(clusters)}".encode()).hexdigest()[:16]
        own = Cluster(uid, cluster.token, cluster.agent_token, "etcd", dict(host.options))
        clusters[uid], host.cluster, cluster = own, uid, own
    cluster.members.append(node.server_id)
    cluster.nodes[node.name] = node
    cluster.node_passwords[node.name] = node.server_id


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
