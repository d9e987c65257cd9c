"""How much failure a service may show before its pod is left out for a while. The figures are the
requirement's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Tier:
    """When a pod is ejected, for how long, and how many at once."""

    consecutive_5xx: int
    """Answers 5xx (or failed connections) in a row."""
    base_ejection: str
    """Duration of the first ejection; the n-th in a row lasts n times as long (Envoy)."""
    max_ejection_percent: int
    """Share of a service's pods that may be out at once; a single pod is never ejected."""


TierName = Literal["critical", "standard", "background"]

TIERS: Mapping[str, Tier] = {
    "critical": Tier(3, "30s", 50),
    "standard": Tier(5, "30s", 50),
    "background": Tier(10, "60s", 75),
}
