"""`k3s server`: a member of etcd, an API server, the supervisor beside it, and a kubelet."""

import asyncio
from dataclasses import asdict
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from rehearsal.lab.k3s import apiserver, certificates, etcd, host, log, notify, pki
from rehearsal.lab.k3s.agent import kubelet_context
from rehearsal.lab.k3s.api import Api, Refused
from rehearsal.lab.k3s.authorities import Authorities
from rehearsal.lab.k3s.child import Child
from rehearsal.lab.k3s.controller.controllers import Controllers
from rehearsal.lab.k3s.credentials import node_password
from rehearsal.lab.k3s.entering import Entered, Identity, enter
from rehearsal.lab.k3s.front import Front
from rehearsal.lab.k3s.k3s_exit import Fatal
from rehearsal.lab.k3s.kubeconfig import write_kubeconfig
from rehearsal.lab.k3s.kubelet.kubelet import Kubelet
from rehearsal.lab.k3s.kubelet.place import API, Place
from rehearsal.lab.k3s.packaged_components import apply
from rehearsal.lab.k3s.paths import Paths, write
from rehearsal.lab.k3s.registration import mark_server
from rehearsal.lab.k3s.stopping import until_asked
from rehearsal.lab.k3s.supervisor import Denied, Supervisor
from rehearsal.nodes.k3s import K3s

_PAUSE_S = 0.2
_RETRY_S = 2.0
_STOP_S = 3.0


class Server:
    """One host's server process."""

    def __init__(self, k3s: K3s, paths: Paths, version: str) -> None:
        self._k3s, self._paths, self._version = k3s, paths, version
        self._authorities = Authorities(paths.tls)
        self._identity = Identity(
            k3s=k3s,
            paths=paths,
            authorities=self._authorities,
            node=k3s.text("node-name") or host.name(),
            address=k3s.text("node-ip") or host.first_address(),
        )

    async def run(self) -> None:
        """Start everything, and stay.

        Raises:
            Fatal: in k3s' words, why it ends.
        """
        entered = await enter(self._identity)
        try:
            await self._serve(entered)
        finally:
            await entered.child.stop(_STOP_S)

    async def _serve(self, entered: Entered) -> None:
        k3s, paths, authorities = self._k3s, self._paths, self._authorities
        certificates.issue_server(paths, authorities, k3s, self._identity.node)
        admin = self._api("client-admin", paths.tls)
        supervisor = self._supervisor(entered, admin)
        await Front(supervisor, paths, authorities).listen(k3s.api_port)
        write_kubeconfig(paths, authorities, k3s)
        running = await apiserver.start(k3s, paths, authorities)
        try:
            await self._ready(admin, running)
            await apply(admin, k3s)
            await self._prove(supervisor)
            kubelet = self._kubelet()
            await kubelet.register()
            await mark_server(admin, self._identity.node, entered.datastore.name)
            notify.ready()
            log.info("k3s is up and running")
            controllers = Controllers(admin, self._identity, entered.datastore.local)
            await until_asked(
                kubelet.run(), controllers.run(), self._etcd_ends(entered), _ends(running)
            )
            await kubelet.stop()
        finally:
            await running.stop(_STOP_S)

    def _supervisor(self, entered: Entered, admin: Api) -> Supervisor:
        datastore = entered.datastore

        async def shared() -> dict[str, Any]:
            members = () if datastore.alone else await datastore.local.members()
            return {
                "critical": entered.mine(self._k3s),
                "members": [asdict(member) for member in members],
            }

        config = {"ownNetwork": self._own_network, "serviceAddress": self._service_address}
        return Supervisor(
            self._authorities, entered.token, entered.agent_token, admin, config, shared
        )

    async def _ready(self, admin: Api, running: Child) -> None:
        ended = asyncio.ensure_future(running.wait())
        while not ended.done():
            try:
                if await admin.call("GET", "/readyz") == "ok":
                    ended.cancel()
                    return
            except (Refused, OSError, TimeoutError):
                pass  # it is starting
            await asyncio.sleep(_PAUSE_S)
        raise Fatal(f"apiserver exited: {running.last_line()}")

    async def _prove(self, supervisor: Supervisor) -> None:
        """Show this host's node password to its own supervisor."""
        while True:
            try:
                own = node_password(self._paths)
                return await supervisor.verify(self._identity.node, own)
            except Denied as problem:
                log.error(str(problem))
                await asyncio.sleep(_RETRY_S)

    def _kubelet(self) -> Kubelet:
        node, authorities = self._identity.node, self._authorities
        place = Place(
            k3s=self._k3s,
            name=node,
            address=self._identity.address,
            version=self._version,
            paths=self._paths,
            own_network=self._own_network,
            service_address=self._service_address,
            server_ca=authorities.path("server-ca").read_text("utf-8"),
        )
        self._issue("client-kubelet", "client-ca", certificates.kubelet(node), pki.CLIENT)
        serving = certificates.kubelet_serving(node, place.address)
        self._issue("serving-kubelet", "server-ca", serving, pki.SERVER)
        context = kubelet_context(self._paths, authorities.path("client-ca").read_text("utf-8"))
        return Kubelet(place, self._api("client-kubelet", self._paths.agent), context)

    def _issue(
        self, name: str, authority: str, subject: pki.Subject, usages: tuple[pki.Usage, ...]
    ) -> None:
        pair = pki.issue(self._authorities.pair(authority), subject, usages)
        write(self._paths.agent / f"{name}.crt", pair.certificate, 0o644)
        write(self._paths.agent / f"{name}.key", pair.key)

    def _api(self, name: str, directory: Path) -> Api:
        server_ca = self._authorities.path("server-ca").read_text("utf-8")
        pair = (directory / f"{name}.crt", directory / f"{name}.key")
        return Api(API, pki.client_context(server_ca, pair))

    async def _etcd_ends(self, entered: Entered) -> None:
        await entered.child.wait()
        if entered.child.said(etcd.TAKEN_OUT):
            etcd.bury(self._paths)
            raise Fatal(f"etcd exited: {etcd.TAKEN_OUT}")
        raise Fatal(f"etcd exited: {entered.child.last_line()}")

    @property
    def _own_network(self) -> bool:
        return self._k3s.text("flannel-backend", "vxlan") != "none"

    @property
    def _service_address(self) -> str:
        return str(next(ip_network(self._k3s.text("service-cidr", "10.43.0.0/16")).hosts()))


async def _ends(running: Child) -> None:
    await running.wait()
    raise Fatal(f"apiserver exited: {running.last_line()}")
