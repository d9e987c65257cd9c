"""A real PowerDNS on the loopback, with one zone and a database of places; ended whatever happens.

Debian packages: pdns-server, pdns-backend-bind, pdns-backend-geoip.
"""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dns.edns
import dns.exception
import dns.message
import dns.query
import dns.rcode
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped]

from sovereign.mesh.manifest import Manifest

LIMIT_S = 20
"""After this a wait fails; each takes about a second."""
ZONE = "example.org"
PLACES = {
    "192.0.2.0/25": (49.45, 11.08),
    "198.51.100.0/24": (50.11, 8.68),
    "192.0.2.128/25": (39.04, -77.49),
    "203.0.113.0/24": (40.71, -74.01),
    "127.0.0.2/32": (49.45, 11.08),
    "127.0.0.3/32": (39.04, -77.49),
}
"""Nuremberg and Frankfurt; Ashburn and New York; two backends of the loopback, one in each."""


def binary() -> str:
    """The server; skips where the machine has none, or no geoip backend for it."""
    found = shutil.which("pdns_server", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if found is None:
        pytest.skip("no pdns_server (Debian: pdns-server pdns-backend-bind pdns-backend-geoip)")
    if not list(Path("/usr/lib").glob("*/pdns/libgeoipbackend.so")):
        pytest.skip("pdns_server has no geoip backend (Debian: pdns-backend-geoip)")
    return found


@contextmanager
def serving(directory: Path, endpoints: Sequence[Manifest]) -> Iterator[int]:
    """The port of a server that has the records of these DNSEndpoints in its zone."""
    server = binary()
    port = free_port()
    _write(directory, port, endpoints)
    log = directory / "pdns.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [server, f"--config-dir={directory}"], stdout=output, stderr=subprocess.STDOUT
        )
        try:
            until(
                lambda: process.poll() is not None or _answers(port),
                lambda: f"no answer on port {port}: {log.read_text()}",
            )
            assert process.poll() is None, log.read_text()
            yield port
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ask(
    port: int,
    name: str,
    *,
    subnet: str | None = None,
    family: str = "A",
    timeout: float = 3,
) -> set[str]:
    """The addresses in the answer; `subnet`: the client's, as its resolver sends it."""
    options: list[dns.edns.Option] = [dns.edns.ECSOption(subnet)] if subnet else []
    question = dns.message.make_query(name, family, use_edns=True, options=options)
    answer = dns.query.udp(question, "127.0.0.1", port=port, timeout=timeout)
    assert answer.rcode() == dns.rcode.NOERROR, dns.rcode.to_text(answer.rcode())
    return {str(record) for found in answer.answer for record in found}


def until(condition: Callable[[], Any], said: Callable[[], str]) -> None:
    """Wait for the condition; fails with what is said after the limit."""
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, said()
        time.sleep(0.1)


def free_port(address: str = "127.0.0.1") -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        return bool(ask(port, f"ns.{ZONE}", timeout=0.2))
    except (OSError, dns.exception.DNSException):
        return False


def _write(directory: Path, port: int, endpoints: Sequence[Manifest]) -> None:
    places = MMDBWriter(ip_version=6, ipv4_compatible=True, float_type="f64")
    for network, (latitude, longitude) in PLACES.items():
        place = {"latitude": latitude, "longitude": longitude, "accuracy_radius": 10}
        places.insert_network(IPSet([network]), {"location": place})
    places.to_db_file(str(directory / "places.mmdb"))
    (directory / "places.yaml").write_text("domains: []\n")
    zone = directory / "zone"
    zone.write_text("\n".join([*_BASE, *_records(endpoints)]) + "\n")
    (directory / "named.conf").write_text(f'zone "{ZONE}" {{ type master; file "{zone}"; }};\n')
    settings = {
        "launch": "bind,geoip",
        "bind-config": directory / "named.conf",
        "geoip-zones-file": directory / "places.yaml",
        "geoip-database-files": f"mmdb:{directory / 'places.mmdb'}",
        "enable-lua-records": "yes",
        "edns-subnet-processing": "yes",
        "lua-health-checks-interval": 1,
        "local-address": "127.0.0.1",
        "local-port": port,
        "socket-dir": directory,
        "cache-ttl": 0,
        "query-cache-ttl": 0,
        "negquery-cache-ttl": 0,
        "zone-cache-refresh-interval": 0,
        "security-poll-suffix": "",
        "setuid": "",
        "setgid": "",
        "guardian": "no",
        "daemon": "no",
    }
    lines = [f"{key}={value}" for key, value in settings.items()]
    (directory / "pdns.conf").write_text("\n".join(lines) + "\n")


_BASE = (
    f"$ORIGIN {ZONE}.",
    "$TTL 5",
    f"@ IN SOA ns.{ZONE}. host.{ZONE}. 1 3600 600 86400 5",
    f"@ IN NS ns.{ZONE}.",
    "ns IN A 127.0.0.1",
)


def _records(endpoints: Sequence[Manifest]) -> Iterator[str]:
    """As ExternalDNS hands them to PowerDNS: name, TTL, type and content, nothing added."""
    for manifest in endpoints:
        for endpoint in manifest["spec"]["endpoints"]:
            for target in endpoint["targets"]:
                head = f"{endpoint['dnsName']}. {endpoint['recordTTL']} IN"
                yield f"{head} {endpoint['recordType']} {target}"
