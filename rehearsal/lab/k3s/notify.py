"""Tells the service manager that this process is up (sd_notify)."""

import os
import socket


def ready() -> None:
    """Say so, where somebody listens."""
    where = os.environ.get("NOTIFY_SOCKET")
    if not where:
        return
    address = f"\0{where[1:]}" if where.startswith("@") else where
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(b"READY=1", address)
