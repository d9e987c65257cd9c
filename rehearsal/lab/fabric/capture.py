"""What went over the wire: frames of a namespace's links, read by AF_PACKET."""

import socket
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType

from rehearsal.lab.fabric.namespaces import inside

ALL = 0x0003
IPV4 = 0x0800
ETHERNET = 14
UDP = 17
BUFFER = 64 * 1024 * 1024
"""Bytes that the kernel holds for us, so that none is lost while Python catches up."""
_RCVBUFFORCE = 33
_SEGMENT = 65_536 + ETHERNET


@dataclass(frozen=True)
class Frame:
    """One Ethernet frame. The kernel may hand over several TCP segments as one."""

    interface: str
    data: bytes

    @property
    def addresses(self) -> tuple[IPv4Address, IPv4Address] | None:
        """Source and destination of an IPv4 packet; None for anything else."""
        if int.from_bytes(self.data[12:14], "big") != IPV4 or len(self.data) < ETHERNET + 20:
            return None
        return IPv4Address(self.data[26:30]), IPv4Address(self.data[30:34])

    @property
    def udp_ports(self) -> tuple[int, int] | None:
        """Source and destination port of a UDP datagram; None for anything else."""
        if self.addresses is None or self.data[ETHERNET + 9] != UDP:
            return None
        start = ETHERNET + 4 * (self.data[ETHERNET] & 0x0F)
        ports = self.data[start : start + 4]
        return int.from_bytes(ports[:2], "big"), int.from_bytes(ports[2:], "big")


class Capture:
    """Frames of all links of a namespace while the `with` block runs; `frames` holds them after."""

    def __init__(self, namespace: Path, *, prefix: str = "", incoming_only: bool = True) -> None:
        """Only links whose name begins with `prefix`; `incoming_only` leaves out what the namespace
        itself sends, so that a router's frames count once."""
        self.frames: list[Frame] = []
        self._namespace = namespace
        self._prefix = prefix
        self._incoming_only = incoming_only
        self._over = threading.Event()

    def between(self, one: str, other: str) -> list[Frame]:
        """IPv4 frames from one of the two addresses to the other."""
        pair = {IPv4Address(one), IPv4Address(other)}
        return [frame for frame in self.frames if frame.addresses and set(frame.addresses) == pair]

    def holds(self, text: bytes) -> bool:
        """Whether any frame has these bytes in it."""
        return any(text in frame.data for frame in self.frames)

    def __enter__(self) -> "Capture":
        self._socket = inside(self._namespace, _open)
        self._thread = threading.Thread(target=self._read, name="capture", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _read(self) -> None:
        """Until the block is over and nothing is left to read."""
        self._socket.settimeout(0.1)
        while True:
            try:
                data, (interface, _, kind, _, _) = self._socket.recvfrom(_SEGMENT)
            except TimeoutError:
                if self._over.is_set():
                    return
                continue
            outgoing = kind == socket.PACKET_OUTGOING
            if interface.startswith(self._prefix) and not (outgoing and self._incoming_only):
                self.frames.append(Frame(interface, data))


def _open() -> socket.socket:
    found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL))
    found.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, BUFFER)
    return found
