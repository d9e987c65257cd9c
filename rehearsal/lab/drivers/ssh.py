"""Commands on hosts over real SSH, for the embedded runtime: the program's own connection
arguments, failures in the words of Go's client, which the real command provider uses.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import asyncssh

from rehearsal.nodes.dialing import refused, timed_out
from rehearsal.nodes.ports import COULD_NOT_CONNECT, Connection, Outcome
from rehearsal.nodes.ssh import HOST_KEY_MISMATCH, NO_LOGIN

DIAL_LIMIT_S = 15.0
"""Per dial, as the command provider's `perDialTimeout`."""
FIRST_PAUSE_S = 0.1
BACKOFF = 1.5
LONGEST_PAUSE_S = 5.0
KEEPALIVE_S = 5
"""A host whose power was cut says nothing: after three questions without an answer it is gone."""
LOST = -1
"""Exit code of a session that ended without one, as Go's `ExitMissingError`."""
NO_EXIT = "wait: remote command exited without exit status or exit signal"
NO_KEY = "ssh: no key found"


class Refused(Exception):
    """A host that answered and let nobody in: dialing again would not change that."""


@dataclass(frozen=True)
class SshHosts:
    """See `rehearsal.nodes.ports.Hosts`. Safe to call from several threads.

    It dials from the network namespace that the process is in. Unlike the command provider it does
    not dial again where a host shows a wrong key or refuses the login.
    """

    dial_limit_s: float = DIAL_LIMIT_S

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        """See `Hosts.run`. A session that is lost in mid-command has the exit code -1."""
        return asyncio.run(self._run(connection, script, stdin))

    async def _run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        try:
            session = await self._dial(connection)
        except Refused as refused:
            return Outcome("", f"{refused}\n", COULD_NOT_CONNECT)
        try:
            async with session:
                done = await session.run(script, input=stdin, check=False, errors="replace")
        except (OSError, asyncssh.Error):
            return Outcome("", f"{NO_EXIT}\n", LOST)
        printed, said = str(done.stdout or ""), str(done.stderr or "")
        if done.exit_status is None:
            return Outcome(printed, f"{said}{NO_EXIT}\n", LOST)
        if done.exit_signal:
            name = done.exit_signal[0]
            return Outcome(printed, f"{said}Process exited with signal {name}\n", LOST)
        return Outcome(printed, said, done.exit_status)

    async def _dial(self, connection: Connection) -> asyncssh.SSHClientConnection:
        """Dial as often as the connection says, each time after a longer pause."""
        pause, dialed = FIRST_PAUSE_S, 0
        while True:
            dialed += 1
            try:
                return await asyncio.wait_for(_connect(connection), self.dial_limit_s)
            except (OSError, TimeoutError, asyncssh.ConnectionLost) as problem:
                if dialed == connection.dial_error_limit:
                    raise Refused(_unreached(connection, problem)) from None
            await asyncio.sleep(pause)
            pause = min(pause * BACKOFF, LONGEST_PAUSE_S)


async def _connect(connection: Connection) -> asyncssh.SSHClientConnection:
    try:
        key = asyncssh.import_private_key(connection.private_key)
    except asyncssh.KeyImportError:
        raise Refused(NO_KEY) from None
    try:
        return await asyncssh.connect(
            connection.host,
            connection.port,
            username=connection.user,
            client_keys=[key],
            known_hosts=_known_hosts(connection),
            config=None,
            agent_path=None,
            preferred_auth="publickey",
            keepalive_interval=KEEPALIVE_S,
        )
    except asyncssh.HostKeyNotVerifiable:
        raise Refused(HOST_KEY_MISMATCH) from None
    except asyncssh.PermissionDenied:
        raise Refused(NO_LOGIN) from None
    except asyncssh.ConnectionLost:
        raise
    except asyncssh.Error as problem:
        raise Refused(f"ssh: handshake failed: {problem.reason}") from None


def _known_hosts(connection: Connection) -> Callable[..., object] | None:
    """Whatever the host, the pinned key alone; None trusts any, as Go's client without one."""
    if connection.host_key is None:
        return None
    pinned = asyncssh.import_public_key(connection.host_key)
    return lambda *_: ([pinned], [], [])


def _unreached(connection: Connection, problem: Exception) -> str:
    host, port = connection.host, connection.port
    if isinstance(problem, ConnectionRefusedError):
        return refused(host, port)
    if isinstance(problem, TimeoutError):
        return timed_out(host, port)
    if isinstance(problem, asyncssh.ConnectionLost):
        return "ssh: handshake failed: EOF"
    said = str(getattr(problem, "strerror", "") or problem).lower()
    return f"dial tcp {host}:{port}: connect: {said}"
