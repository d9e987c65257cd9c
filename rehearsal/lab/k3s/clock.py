"""Times as the Kubernetes API writes them."""

from datetime import UTC, datetime


def now() -> str:
    """To the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now_micro() -> str:
    """To the microsecond, as leases have them."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text: str) -> datetime:
    """Either form."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
