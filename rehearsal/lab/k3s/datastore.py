"""This server's part in the cluster's etcd: it makes the cluster, joins it, or goes on with it."""

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rehearsal.lab.k3s import etcd, log, pki
from rehearsal.lab.k3s.api import Refused
from rehearsal.lab.k3s.child import Child
from rehearsal.lab.k3s.critical import different
from rehearsal.lab.k3s.etcd import Certificates, EtcdApi, Member
from rehearsal.lab.k3s.go_words import reason
from rehearsal.lab.k3s.k3s_exit import Fatal
from rehearsal.lab.k3s.paths import Paths, write
from rehearsal.nodes import k3s_words
from rehearsal.nodes.dialing import LOOPBACK

_CRITICAL = "/k3s-lab/critical"
_PAUSE_S = 0.3
_JOIN_LIMIT_S = 120
_ALONE = "SQLite"


class Datastore:
    """One server's etcd."""

    def __init__(self, paths: Paths, node: str, address: str, certificates: Certificates) -> None:
        self._paths, self._address, self._certificates = paths, address, certificates
        self._node = node
        self._context = pki.client_context(
            certificates.authority.read_text("utf-8"), (certificates.certificate, certificates.key)
        )
        self.local = EtcdApi(LOOPBACK, self._context)

    @property
    def name(self) -> str:
        """This member's."""
        return etcd.member_name(self._paths, self._node)

    @property
    def alone(self) -> bool:
        """Whether k3s would keep this cluster in SQLite, which takes no second server."""
        return self._marker.is_file()

    async def begin(self, *, takes_others: bool) -> Child:
        """A new cluster."""
        if takes_others:
            log.info("Starting the etcd of a new cluster")
        else:
            log.warning(f"no cluster-init: k3s would use {_ALONE}; here a lone etcd stands in")
            write(self._marker, f"stands for {_ALONE}\n")
        return await etcd.start(self._paths, self.name, self._address, self._certificates)

    async def resume(self, *, takes_others: bool) -> Child:
        """Go on from this server's disk."""
        log.info("Starting etcd for existing cluster member")
        if takes_others:
            self._marker.unlink(missing_ok=True)
        return await etcd.start(self._paths, self.name, self._address, self._certificates)

    async def join(self, members: Sequence[Member]) -> Child:
        """Become a learner beside `members`, catch up, get a vote.

        Raises:
            Fatal: a member of this node's name is there, or the cluster does not take one.
        """
        if any(found.name.rpartition("-")[0] == self._node for found in members):
            raise Fatal(
                "starting kubernetes: preparing server: start managed database: failed to join "
                "etcd cluster: duplicate node name found, please use a unique name for this node"
            )
        deadline = time.monotonic() + _JOIN_LIMIT_S
        voters = [found.address for found in members if not found.learner]
        write(self._voters, json.dumps(voters))
        asked = await self._voter(voters)
        while not any(found.address == self._address for found in members):
            try:
                await asked.add_learner(self._address)
            except (Refused, OSError, TimeoutError) as problem:
                self._give_up(deadline, problem)
                log.info(
                    f"Waiting for other members to finish joining etcd cluster: {reason(problem)}"
                )
                await asyncio.sleep(1)
            members = await asked.members()
        started = [found for found in members if found.name]
        return await etcd.start(self._paths, self.name, self._address, self._certificates, started)

    async def answers(self, child: Child) -> None:
        """Wait until this member answers with a leader; a learner is given its vote meanwhile.

        Raises:
            Fatal: it ended.
        """
        ended = asyncio.ensure_future(child.wait())
        while not ended.done():
            try:
                await self.local.get(_CRITICAL)
                ended.cancel()
                return
            except (Refused, OSError, TimeoutError) as problem:
                if "learner" in str(problem):
                    await self._promote()
                await asyncio.sleep(_PAUSE_S)
        if child.said(etcd.TAKEN_OUT):
            etcd.bury(self._paths)
        raise Fatal(f"etcd exited: {child.last_line()}")

    async def agree(self, mine: Mapping[str, str]) -> None:
        """Compare what must be equal on all servers; a lone one decides.

        Raises:
            Fatal: this server differs.
        """
        kept = await self.local.get(_CRITICAL)
        if kept and len(await self.local.members()) > 1:
            options = different(mine, json.loads(kept))
            if options:
                raise Fatal(k3s_words.mismatched(options))
        await self.local.put(_CRITICAL, json.dumps(dict(mine)))

    async def _promote(self) -> None:
        """Ask a voting member for this learner's vote; it refuses until the learner caught up."""
        with contextlib.suppress(Refused, OSError, TimeoutError):
            voter = await self._voter(json.loads(self._voters.read_text("utf-8")))
            own = next(m for m in await voter.members() if m.address == self._address)
            await voter.promote(own)

    async def _voter(self, addresses: Sequence[str]) -> EtcdApi:
        """The first voting member that answers; one of them may be gone."""
        for address in addresses:
            api = EtcdApi(address, self._context)
            with contextlib.suppress(Refused, OSError, TimeoutError):
                await api.members()
                return api
        raise Fatal("failed to join etcd cluster: no member of it answers")

    def _give_up(self, deadline: float, problem: BaseException) -> None:
        if time.monotonic() > deadline:
            raise Fatal(f"failed to join etcd cluster: {reason(problem)}") from problem

    @property
    def _voters(self) -> Path:
        """Whom this member asks for its vote, for a learner is told nothing of the others."""
        return self._paths.server / "db/voters.json"

    @property
    def _marker(self) -> Path:
        return self._paths.server / "db/state.db"
