"""The SSH handshake: address and firewall, pinned host key, login key; failures in the words of
Go's client."""

from rehearsal.nodes import network
from rehearsal.nodes.dialing import timed_out
from rehearsal.nodes.ports import Connection
from rehearsal.nodes.project import Machine
from rehearsal.nodes.ssh_keys import bare, public_key
from rehearsal.nodes.world import World

USER = "root"
HOST_KEY_MISMATCH = "ssh: handshake failed: ssh: host key mismatch"
NO_LOGIN = (
    "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], "
    "no supported methods remain"
)


class LoginFailed(Exception):
    """No session came about; the message says why."""


def login(world: World, connection: Connection) -> Machine:
    """The machine on which a session opens.

    Raises:
        LoginFailed: nothing answers, the host shows another key than the pinned one, or the key
        may not log in.
    """
    host, port = connection.host, connection.port
    failure = network.dial_public(world.topology, world.surroundings.caller, host, port)
    machine = world.topology.by_address(host)
    if failure or machine is None:
        raise LoginFailed(failure or timed_out(host, port))
    config = world.config(machine)
    if connection.host_key is not None:
        shown = {bare(key) for key in config.host_keys}
        if bare(connection.host_key) not in shown:
            raise LoginFailed(HOST_KEY_MISMATCH)
    authorized = {bare(key) for key in (*machine.ssh_keys, *config.authorized_keys)}
    try:
        presented = public_key(connection.private_key)
    except ValueError:
        raise LoginFailed("ssh: no key found") from None
    if connection.user != USER or presented not in authorized:
        raise LoginFailed(NO_LOGIN)
    return machine
