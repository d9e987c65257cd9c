"""`k3s agent`: joins by the URL and token that it was given, and is a kubelet behind a balancer."""

import asyncio
import ssl
from typing import Any

from rehearsal.lab.k3s import go_words, host, joining, k3s_exit, log, notify, pki, supervisor
from rehearsal.lab.k3s.api import Api, Refused
from rehearsal.lab.k3s.balancer import Balancer
from rehearsal.lab.k3s.credentials import basic, node_password
from rehearsal.lab.k3s.kubelet.kubelet import Kubelet
from rehearsal.lab.k3s.kubelet.place import Place
from rehearsal.lab.k3s.paths import Paths, write
from rehearsal.lab.k3s.stopping import until_asked
from rehearsal.nodes import k3s_words
from rehearsal.nodes.k3s import K3s

_RETRY_S = 2.0


class Agent:
    """One host's agent process."""

    def __init__(self, k3s: K3s, paths: Paths, version: str) -> None:
        self._k3s, self._paths, self._version = k3s, paths, version
        self._token, self._url = k3s.text("token"), k3s.text("server")
        self._port = int(k3s.text("lb-server-port", "6444"))
        self._own = f"https://127.0.0.1:{self._port}"
        self._node = k3s.text("node-name") or host.name()

    async def run(self) -> None:
        """Join, and stay.

        Raises:
            Fatal: in k3s' words, what no second attempt would cure.
        """
        if not self._token:
            raise k3s_exit.Fatal(k3s_words.TOKEN_REQUIRED)
        if not self._url:
            raise k3s_exit.Fatal(k3s_words.SERVER_REQUIRED)
        address, port = joining.address_of(self._url)
        balancer = Balancer(
            f"{address}:{port}", self._paths.agent / "etc/k3s-agent-load-balancer.json"
        )
        await balancer.listen(self._port)
        log.info(f"Running load balancer 127.0.0.1:{self._port} -> {balancer.servers}")
        server_ca = await self._authority(balancer)
        asked = Api(self._own, pki.client_context(server_ca), basic("node", self._token))
        config = await self._configuration(asked)
        place = Place(
            k3s=self._k3s,
            name=self._node,
            address=self._k3s.text("node-ip") or host.first_address(),
            version=self._version,
            paths=self._paths,
            own_network=bool(config["ownNetwork"]),
            service_address=str(config["serviceAddress"]),
            server_ca=server_ca,
        )
        serving = await self._certificates(asked, place)
        kubelet = Kubelet(place, self._api(server_ca, "client-kubelet"), serving)
        await kubelet.register()
        notify.ready()
        follower = self._api(server_ca, "client-k3s-controller")
        await until_asked(kubelet.run(), balancer.follow_endpoints(follower))
        await kubelet.stop()

    def _api(self, server_ca: str, name: str) -> Api:
        pair = (self._paths.agent / f"{name}.crt", self._paths.agent / f"{name}.key")
        return Api(self._own, pki.client_context(server_ca, pair))

    async def _authority(self, balancer: Balancer) -> str:
        while True:
            try:
                await self._reach(balancer)
                return await joining.authority(self._url, self._own, self._token)
            except k3s_exit.Unreachable as problem:
                log.error(str(problem))
                await asyncio.sleep(_RETRY_S)

    async def _reach(self, balancer: Balancer) -> None:
        """Say of the server itself what the balancer would only say of loopback."""
        try:
            _, writer, _ = await balancer.dial()
            writer.close()
        except (OSError, TimeoutError) as problem:
            raise joining.unreachable(self._url, problem) from problem

    async def _configuration(self, asked: Api) -> dict[str, Any]:
        while True:
            try:
                found: dict[str, Any] = await asked.call("GET", supervisor.CONFIG)
                return found
            except Refused as problem:
                if problem.code == 401:
                    raise k3s_exit.Fatal(k3s_words.UNAUTHORIZED_AGENT) from problem
                reason = str(problem)
            except (OSError, TimeoutError) as problem:
                reason = go_words.reason(problem)
            log.info(f"Waiting to retrieve agent configuration; server is not ready: {reason}")
            await asyncio.sleep(_RETRY_S)

    async def _certificates(self, asked: Api, place: Place) -> ssl.SSLContext:
        """Ask for this node's certificates; the context with which its own API is served."""
        proof = {
            supervisor.NODE_NAME: place.name,
            supervisor.NODE_PASSWORD: node_password(self._paths),
            supervisor.NODE_IP: place.address,
        }
        await self._signed(asked, supervisor.CLIENT_KUBELET, "client-kubelet", proof)
        await self._signed(asked, supervisor.SERVING_KUBELET, "serving-kubelet", proof)
        await self._signed(asked, supervisor.CLIENT_CONTROLLER, "client-k3s-controller", proof)
        client_ca = str(await asked.call("GET", supervisor.CLIENT_CA))
        return kubelet_context(self._paths, client_ca)

    async def _signed(self, asked: Api, path: str, name: str, proof: dict[str, str]) -> None:
        key = pki.new_key()
        write(self._paths.agent / f"{name}.key", key)
        request = pki.request(key).encode()
        while True:
            try:
                signed = await asked.call("POST", path, request, headers=proof)
                write(self._paths.agent / f"{name}.crt", str(signed), 0o644)
                return
            except Refused as problem:
                rejected = problem.code == 403
                log.error(k3s_words.PASSWORD_REJECTED if rejected else f"{path}: {problem}")
            except (OSError, TimeoutError) as problem:
                log.error(f"{path}: {go_words.reason(problem)}")
            await asyncio.sleep(_RETRY_S)


def kubelet_context(paths: Paths, client_ca: str) -> ssl.SSLContext:
    """TLS of a kubelet's own API; who shows no certificate of the cluster is told 401."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(
        paths.agent / "serving-kubelet.crt", paths.agent / "serving-kubelet.key"
    )
    context.load_verify_locations(cadata=client_ca)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
