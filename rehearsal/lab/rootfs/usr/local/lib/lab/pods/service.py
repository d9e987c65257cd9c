"""The `kubernetes` Service on one host: its address on cilium_host, every connection forwarded to
an API server. Cilium serves all Services with eBPF; this is the one that pods of the lab dial.
"""

import contextlib
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import datapath, dialing
from .api import Api
from .commands import run

SERVICE = "/api/v1/namespaces/default/services/kubernetes"
ENDPOINTS = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
SELECTOR = "?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes"
BUFFER = 1 << 16


@dataclass
class KubernetesService:
    """The forwarder; `servers` may change while it runs."""

    address: str
    port: int
    servers: Sequence[tuple[str, int]] = field(default=())

    def start(self) -> None:
        """Hold the address and listen."""
        run("ip", "address", "replace", f"{self.address}/32", "dev", datapath.HOST)
        listener = socket.create_server((self.address, self.port), backlog=64)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def refresh(self, api: Api) -> None:
        """Ask the API which servers there are."""
        found = [
            (address, port["port"])
            for piece in api.get(ENDPOINTS + SELECTOR).get("items") or ()
            for endpoint in piece.get("endpoints") or ()
            for address in endpoint.get("addresses") or ()
            for port in piece.get("ports") or ()
        ]
        self.servers = found or self.servers

    def _accept(self, listener: socket.socket) -> None:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client:
            for server in self.servers:
                try:
                    upstream = socket.create_connection(server, dialing.DIAL_LIMIT_S)
                except OSError:
                    continue
                with upstream:
                    upstream.settimeout(None)
                    back = threading.Thread(target=_copy, args=(upstream, client), daemon=True)
                    back.start()
                    _copy(client, upstream)
                    back.join()
                return


def kubernetes(api: Api) -> KubernetesService:
    """The Service as the API holds it, not started."""
    spec = api.get(SERVICE)["spec"]
    service = KubernetesService(spec["clusterIP"], int(spec["ports"][0]["port"]))
    service.refresh(api)
    return service


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(BUFFER):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
