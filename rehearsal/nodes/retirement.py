"""`retire.sh`: a control plane leaves before its server of another generation is replaced."""

from rehearsal.nodes import network
from rehearsal.nodes.bring_up import come_to_rest
from rehearsal.nodes.departure import depart
from rehearsal.nodes.ports import Outcome
from rehearsal.nodes.session import Session, failed
from rehearsal.nodes.ssh_keys import bare


def retire(session: Session) -> Outcome:
    """Drain and delete the Node once all other control planes are Ready; a host that shows the
    planned SSH host key stays.
    """
    name, planned = session.variable("NODE"), session.variable("NODES").split()
    wanted, protect = bare(session.variable("HOST_KEY")), session.variable("PROTECT")
    prefix, others = f"{session.variable('CLUSTER')}-", session.variable("OTHERS").split()
    cluster, _limit = session.cluster, session.variable("LIMIT_S")
    if cluster is None or session.host.role != "server":
        return session.diagnosed(
            f"{session.name}: the API does not answer, so {name} cannot leave and its server is "
            "not replaced."
        )
    if name not in cluster.nodes:
        return _said(f"{name} is no node of this cluster: nothing has to leave")
    shown = _host_keys(session)
    if wanted in shown:
        return _said(f"{name} is of the planned generation: it stays")
    rest = come_to_rest(session.world, cluster)
    if not shown:
        return _silent(session, name, rest.ready(rest.by_name(name)))
    if protect:
        return failed(
            f"{name}: its generation was raised, and protect keeps its server; set protect: false, "
            'run "pulumi up", then raise it.'
        )
    leaving = [one for one in cluster.nodes if one.startswith(prefix) and one not in planned]
    if leaving:
        return failed(
            f'{name} would be replaced in the same "pulumi up" that removes {" ".join(leaving)}: '
            "remove nodes first, and raise a generation of the control plane in the next one."
        )
    known = {one for one in cluster.nodes if rest.ready(rest.by_name(one))}
    if missing := [one for one in others if one not in known]:
        return session.diagnosed(
            f"{name} stays, for without {' '.join(missing)} the datastore would lose its quorum; "
            "see why they are not Ready above, then run the same command again."
        )
    return _said(*depart(session.world, cluster, rest, name), f"{name} has left")


def _silent(session: Session, name: str, ready: bool) -> Outcome:
    """What becomes of a host that shows no SSH host key."""
    if not ready:
        return _said(
            f"{name} does not answer: its server is replaced as it is, and the cloud controller "
            "removes the node"
        )
    address, port = session.variable("ADDRESS"), session.variable("SSH_PORT")
    return failed(
        f"{name} is Ready, but shows no SSH host key at {address}, port {port}, so nobody knows of "
        'which generation it is; see that its sshd answers, then run "pulumi up" again.'
    )


def _host_keys(session: Session) -> set[str]:
    """What `ssh-keyscan` prints of the host that has the address now."""
    address, port = session.variable("ADDRESS"), int(session.variable("SSH_PORT"))
    world = session.world
    if network.dial(world.topology, session.machine, address, port) is not None:
        return set()
    found = (machine for machine in world.machines if address in machine.addresses)
    return {bare(key) for machine in found for key in world.config(machine).host_keys}


def _said(*lines: str) -> Outcome:
    return Outcome("".join(f"{line}\n" for line in lines), "", 0)
