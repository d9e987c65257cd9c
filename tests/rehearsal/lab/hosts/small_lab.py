"""A small lab for tests: real hosts behind the simulator's API, and a file server in the place of
the artifact mirror. Its hosts boot from user_data of the program's own plan.
"""

import hashlib
import http.server
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, TypeVar

import pytest

from rehearsal.hetzner import HetznerSimulator, HetznerState
from rehearsal.hetzner.core.routing import Request
from rehearsal.hetzner.records import ServerRecord
from rehearsal.lab import base, machine
from rehearsal.lab.build import cache_directory
from rehearsal.lab.drivers.ssh import SshHosts
from rehearsal.lab.fabric import SERVICES, Capture, Fabric, namespaces
from rehearsal.lab.hosts import HostSet, Layers, layer
from rehearsal.nodes.ports import Connection, Outcome
from rehearsal.nodes.surroundings import CALLER, Surroundings
from sovereign import catalog, secrets
from sovereign.plan import user_data
from sovereign.plan.model import ArtifactPlan

SEED = "a-seed-for-tests-of-more-than-32-characters"
LOGIN = secrets.deploy_key(SEED, "lab")
LIMIT_S = 120.0
Result = TypeVar("Result")
BINARY = b"#!/bin/sh\necho 'k3s version v1.0.0 (a test)'\n"
"""What is downloaded as k3s."""


@cache
def needs() -> str:
    """What this machine lacks for a lab; empty where it lacks nothing."""
    return machine.sentence(machine.look())


@dataclass
class SmallLab:
    """Hosts, and the API that moves them."""

    fabric: Fabric
    hosts: HostSet
    simulator: HetznerSimulator
    directory: Path
    layers: Layers

    def api(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call, which must succeed."""
        answer = self.simulator.handle(Request(method, path, {}, body), "token")
        assert answer is not None
        assert answer.status < 400, answer.body
        return answer.body

    def act(self, server_id: int, action: str, **body: Any) -> None:
        """An action on a server."""
        self.api("POST", f"/servers/{server_id}/actions/{action}", body)

    def network(self) -> int:
        """A private network 10.0.0.0/16 with the subnet 10.0.1.0/24."""
        subnet = {"type": "cloud", "network_zone": "eu-central", "ip_range": "10.0.1.0/24"}
        body = {"name": "private", "ip_range": "10.0.0.0/16", "subnets": [subnet]}
        return int(self.api("POST", "/networks", body)["network"]["id"])

    def key(self) -> int:
        """The key that logs in."""
        body = {"name": "login", "public_key": LOGIN.public}
        return int(self.api("POST", "/ssh_keys", body)["ssh_key"]["id"])

    def server(self, name: str, text: str, **body: Any) -> int:
        """A server with a public address, as the program makes them: attached only later."""
        plan = {
            "name": name,
            "server_type": "cx33",
            "image": "debian-12",
            "location": "nbg1",
            "user_data": text,
        }
        return int(self.api("POST", "/servers", {**plan, **body})["server"]["id"])

    def record(self, server_id: int) -> ServerRecord:
        """The server as the project has it."""
        return next(one for one in self.simulator.servers() if one.id == server_id)

    def booted(self, server_id: int) -> None:
        """Wait until cloud-init has ended."""
        self.hosts.settle()
        assert self.hosts.failures() == {}
        wait_until(lambda: self.hosts.cloud_init(server_id).status != "running")

    def inside(self, server_id: int, *arguments: str) -> str:
        """What a command on the host prints; it must succeed."""
        done = self.hosts.run_inside(server_id, arguments)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def ssh(self, server_id: int, script: str, stdin: str = "", **change: Any) -> Outcome:
        """A script over SSH from the operator's namespace, dialed once."""
        record = self.record(server_id)
        given = {
            "host": record.public_ipv4,
            "port": 22,
            "user": "root",
            "private_key": LOGIN.private,
            "host_key": host_key(record.name).public,
            "dial_error_limit": 1,
            **change,
        }
        connection, driver = Connection(**given), SshHosts(dial_limit_s=3)
        return self.as_operator(lambda: driver.run(connection, script, stdin))

    def arriving(self, server_id: int) -> Capture:
        """Frames that reach the host, for the time of a `with` block."""
        return Capture(namespaces.path(self.fabric.host_namespace(server_id)))

    def as_operator(self, work: Callable[[], Result]) -> Result:
        """Do it in the operator's network namespace."""
        return namespaces.inside(namespaces.path(self.fabric.operator_namespace), work)

    def dial(self, address: str, port: int, limit_s: float = 1.0) -> str:
        """How a TCP connection from the operator ends: connected, refused or timeout."""

        def connect() -> str:
            try:
                socket.create_connection((address, port), limit_s).close()
            except ConnectionRefusedError:
                return "refused"
            except TimeoutError:
                return "timeout"
            return "connected"

        return self.as_operator(connect)


def host_key(name: str) -> secrets.KeyPair:
    """The pinned host key of a server."""
    return secrets.host_key(SEED, name, 1)


def planned(name: str, address: str, **change: Any) -> str:
    """user_data of a node, as the plan renders it, with k3s from the lab's file server."""
    url = f"http://{SERVICES}/k3s"
    binary = ArtifactPlan("k3s-amd64", "v1.0.0", url, hashlib.sha256(BINARY).hexdigest(), None)
    given = {
        "host_name": name,
        "role": "worker",
        "address": address,
        "address_limit_s": 60,
        "ssh_port": 22,
        "hardening": True,
        "binary": binary,
        **change,
    }
    document = user_data.cloud_config(catalog.load().scripts, **given)
    key = host_key(name)
    return user_data.render(document, key.private, key.public)


def wait_until(true: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    """Wait for it; fails after the limit."""
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def new_fabric(directory: Path) -> Fabric:
    """The network of the lab with that directory."""
    return Fabric(hashlib.sha256(str(directory).encode()).hexdigest()[:6], IPv4Address(CALLER))


@contextmanager
def open_lab(directory: Path, programs: Path | None = None) -> Iterator[SmallLab]:
    """A lab without hosts yet, with these programs in their /opt/lab/bin; nothing is left of it."""
    if why := needs():
        pytest.skip(why)
    kept = cache_directory()
    tools = programs or directory / "tools"
    tools.mkdir(exist_ok=True)
    try:
        layers = Layers(base.ready(kept, _quiet), layer.ready(kept, _quiet), tools)
    except machine.Unavailable as lacking:
        pytest.skip(str(lacking))
    fabric = new_fabric(directory)
    simulator = HetznerSimulator(HetznerState())
    hosts = HostSet(fabric, layers, directory / "hosts", Surroundings())
    fabric.up()
    try:
        hosts.watch(simulator)
        with _files(fabric):
            yield SmallLab(fabric, hosts, simulator, directory, layers)
    finally:
        hosts.remove_all()
        hosts.close()
        fabric.down()


@contextmanager
def _files(fabric: Fabric) -> Iterator[None]:
    """The lab's file server, in the operator's namespace."""
    operator = namespaces.path(fabric.operator_namespace)
    server = namespaces.inside(
        operator, lambda: socketserver.ThreadingTCPServer((str(SERVICES), 80), _Files)
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Files(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BINARY)))
        self.end_headers()
        self.wfile.write(BINARY)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nobody reads it."""


def _quiet(_line: str) -> None:
    pass
