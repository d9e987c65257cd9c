"""A socket that listens, and what Go's dialer says of one that does not answer."""

from dataclasses import dataclass

EVERY_ADDRESS = "0.0.0.0"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, order=True)
class Listener:
    """A TCP socket that a host listens on."""

    address: str
    """`0.0.0.0` or `127.0.0.1`."""
    port: int


def refused(host: str, port: int) -> str:
    """What Go's dialer says where nothing listens."""
    return f"dial tcp {host}:{port}: connect: connection refused"


def timed_out(host: str, port: int) -> str:
    """What Go's dialer says where no answer comes."""
    return f"dial tcp {host}:{port}: i/o timeout"
