"""What is around the hosts and in nobody's configuration: the caller's address, late hardware,
damaged downloads.

Breaks change it; it holds for one run and is never saved.
"""

from dataclasses import dataclass

CALLER = "203.0.113.10"
"""Public address from which the rehearsal reaches SSH and the API (TEST-NET-3, RFC 5737)."""

PRIVATE_MTU = 1450
"""Bytes that a packet may have on Hetzner's private network."""


@dataclass(frozen=True)
class Surroundings:
    """The world of one run."""

    caller: str = CALLER
    private_nic_delay_s: int = 0
    """Seconds between boot and the private interface."""
    closed_ports: frozenset[int] = frozenset()
    """TCP ports that the firewall before each public address drops, whatever its rules say."""
    damaged_artifacts: frozenset[str] = frozenset()
    """Parts of URLs; a download whose URL holds one arrives damaged."""
    private_mtu: int = PRIVATE_MTU
