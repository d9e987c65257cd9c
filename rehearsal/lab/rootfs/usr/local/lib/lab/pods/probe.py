"""The proof of the pod network, from one host to the others: a small packet, one of full size that
may not be fragmented, two megabytes of TCP; and what of it this host's interfaces saw, in clear
text and in WireGuard. Prints one JSON object.
"""

import json
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from . import bulk, commands, datapath, interfaces, wireguard
from .condition import DIRECTORY, ON_HOST

IP_HEADER, ICMP_HEADER = 20, 8
SMALL = 64
"""Bytes of a small packet, headers included."""
ETH_P_IP = 0x0800
ALL_PROTOCOLS = 3
OWN = ("lo", "cilium_")
"""How the names of interfaces begin that are on no wire: what is there is still to be encrypted."""
SO_RCVBUFFORCE = 33
BUFFER = 64 * 1024 * 1024
"""Bytes that the kernel holds for us, so that no frame goes uncounted."""
LONGEST = 14 + 65_535
POLL_S = 0.1
SETTLE_LIMIT_S = 5.0
"""For a network that came up a moment ago."""


@dataclass
class Wire:
    """What went over the host's wires."""

    pods: IPv4Network
    frames: int = 0
    """IPv4."""
    clear: int = 0
    """Frames that held a pod's address or the known text in clear text."""
    cipher: int = 0
    """Bytes of WireGuard that this host sent."""
    over: threading.Event = field(default_factory=threading.Event)

    def judge(self, frame: bytes, *, sent: bool = False) -> None:
        """Count one frame; `sent` by this host."""
        kind = struct.unpack("!H", frame[12:14])[0]
        if kind != ETH_P_IP:
            return
        self.frames += 1
        ends = (IPv4Address(frame[26:30]), IPv4Address(frame[30:34]))
        if sent and is_udp_to(frame, wireguard.PORT):
            self.cipher += len(frame)
        # VXLAN hides nothing by itself.
        if (
            is_udp_to(frame, datapath.TUNNEL_PORT)
            or bulk.MARK in frame
            or any(end in self.pods for end in ends)
        ):
            self.clear += 1


def main() -> None:
    """Prove it to every node that this host has a route to. The argument says how many that should
    be: agents learn of each other within seconds."""
    said = Path(os.environ.get(DIRECTORY, ON_HOST)) / "cilium-agent.json"
    agent: dict[str, Any] = json.loads(said.read_text(encoding="utf-8")) if said.exists() else {}
    if not agent.get("ready"):
        _print({"agent": False})
        return
    nic = interfaces.holding(agent["address"])
    own = datapath.router(IPv4Network(agent["pods"]))
    expected = int(sys.argv[1])
    wait_until(lambda: len(list(datapath.remote_ranges())) >= expected)
    with listening(IPv4Network(agent["pods"])) as wire:
        ranges = [IPv4Network(pods) for pods in datapath.remote_ranges()]
        with ThreadPoolExecutor(max_workers=len(ranges) or 1) as pool:
            peers = list(pool.map(lambda pods: _prove(own, pods, agent["route_mtu"]), ranges))
    facts = {
        "agent": True,
        "address": agent["address"],
        "mtu": agent["mtu"],
        "nic_mtu": interfaces.mtu(nic),
        "encrypted": agent["encrypted"],
        "expected": expected,
        "peers": peers,
        "frames": wire.frames,
        "clear": wire.clear,
        "cipher": wire.cipher,
    }
    _print(facts)


def _print(facts: Mapping[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(facts)}\n")


def _prove(own: IPv4Address, pods: IPv4Network, route_mtu: int) -> dict[str, object]:
    target = datapath.router(pods)
    small = wait_until(lambda: ping(own, target, SMALL))
    return {
        "pods": str(pods),
        "small": small,
        "full": small and ping(own, target, route_mtu),
        "bulk": bulk.send(str(own), str(target)) if small else 0,
    }


def is_udp_to(frame: bytes, port: int) -> bool:
    """Whether an IPv4 frame is a datagram to that port."""
    ports = 14 + (frame[14] & 0x0F) * 4
    return frame[23] == socket.IPPROTO_UDP and frame[ports + 2 : ports + 4] == port.to_bytes(2)


def ping(source: IPv4Address, target: IPv4Address, size: int) -> bool:
    """Whether one of three packets of `size` bytes, not to be fragmented, is answered."""
    payload = size - IP_HEADER - ICMP_HEADER
    return commands.succeeds("ping", "-q", "-n", "-c", "3", "-i", "0.2", "-W", "1", "-M", "do",
                             "-s", str(payload), "-I", str(source), str(target))  # fmt: skip


def wait_until(true: Callable[[], bool]) -> bool:
    """Whether it came about within `SETTLE_LIMIT_S`."""
    end = time.monotonic() + SETTLE_LIMIT_S
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_S)
    return True


@contextmanager
def listening(pods: IPv4Network) -> Iterator[Wire]:
    """See every frame of every interface that leads out of the host while the block runs."""
    wire = Wire(pods)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS)) as raw:
        raw.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        raw.settimeout(POLL_S)
        thread = threading.Thread(target=_listen, args=(raw, wire))
        thread.start()
        try:
            yield wire
        finally:
            wire.over.set()
            thread.join()


def _listen(raw: socket.socket, wire: Wire) -> None:
    """Until it is over and nothing is left to read, however much still goes on."""
    while True:
        if wire.over.is_set():
            raw.setblocking(False)
        try:
            frame, (interface, _, kind, _, _) = raw.recvfrom(LONGEST)
        except (TimeoutError, BlockingIOError):
            if wire.over.is_set():
                return
            continue
        if not interface.startswith(OWN):
            wire.judge(frame, sent=kind == socket.PACKET_OUTGOING)
