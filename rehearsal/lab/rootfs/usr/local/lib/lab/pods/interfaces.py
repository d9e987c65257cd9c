"""The host's own interfaces."""

from . import commands


def holding(address: str) -> str:
    """The name of the interface that holds an address; `Failed` where none does."""
    for link in commands.ip("address", "show"):
        if any(entry.get("local") == address for entry in link.get("addr_info", ())):
            return str(link["ifname"])
    raise commands.Failed(f"no interface holds {address}")


def mtu(name: str) -> int:
    """Bytes that a packet on that interface may have."""
    return int(commands.ip("link", "show", "dev", name)[0]["mtu"])
