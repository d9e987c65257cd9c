"""Server types as of November 2026 (facts/hetzner.md §6).

Names and families are Hetzner's; cores, memory and disk are plausible, ids are made up, and the
monthly prices are **sample values** (see :mod:`rehearsal.hetzner.catalogue.prices`). Families that
left in 2024 (cx11 to cx51) are not listed at all; those that left about 2026-01 are listed as
removed, as the API lists them.
"""

from dataclasses import dataclass

from rehearsal.hetzner.catalogue.deprecation import Deprecation
from rehearsal.hetzner.catalogue.locations import EUROPE, EVERYWHERE

REMOVED_2026 = Deprecation("2025-10-16T06:00:00Z", "2026-01-01T00:00:00Z")


@dataclass(frozen=True)
class ServerType:
    """``memory`` and ``disk`` in GB, ``price`` in EUR per month, net (sample)."""

    id: int
    name: str
    cores: int
    memory: int
    disk: int
    price: float
    locations: tuple[str, ...] = EVERYWHERE
    deprecation: Deprecation | None = None

    @property
    def architecture(self) -> str:
        """``arm`` for the Ampere line, ``x86`` otherwise."""
        return "arm" if self.name.startswith("cax") else "x86"

    @property
    def cpu_type(self) -> str:
        """``dedicated`` for the ccx line."""
        return "dedicated" if self.name.startswith("ccx") else "shared"

    @property
    def category(self) -> str:
        """The family as the console names it."""
        families = {"ccx": "general_purpose", "cpx": "regular_performance"}
        return families.get(self.name[:3], "cost_optimized")


SERVER_TYPES = (
    ServerType(22, "cpx11", 2, 2, 40, 4.35, EVERYWHERE, REMOVED_2026),
    ServerType(23, "cpx21", 3, 4, 80, 7.55, EVERYWHERE, REMOVED_2026),
    ServerType(24, "cpx31", 4, 8, 160, 13.60, EVERYWHERE, REMOVED_2026),
    ServerType(25, "cpx41", 8, 16, 240, 25.20, EVERYWHERE, REMOVED_2026),
    ServerType(26, "cpx51", 16, 32, 360, 54.90, EVERYWHERE, REMOVED_2026),
    ServerType(45, "cax11", 2, 4, 40, 3.79, EUROPE),
    ServerType(93, "cax21", 4, 8, 80, 6.49, EUROPE),
    ServerType(94, "cax31", 8, 16, 160, 12.49, EUROPE),
    ServerType(95, "cax41", 16, 32, 320, 24.49, EUROPE),
    ServerType(96, "ccx13", 2, 8, 80, 12.49),
    ServerType(97, "ccx23", 4, 16, 160, 24.49),
    ServerType(98, "ccx33", 8, 32, 240, 48.49),
    ServerType(99, "ccx43", 16, 64, 360, 96.49),
    ServerType(100, "ccx53", 32, 128, 600, 192.49),
    ServerType(101, "ccx63", 48, 192, 960, 288.49),
    ServerType(104, "cx22", 2, 4, 40, 3.79, EUROPE, REMOVED_2026),
    ServerType(105, "cx32", 4, 8, 80, 6.80, EUROPE, REMOVED_2026),
    ServerType(106, "cx42", 8, 16, 160, 16.40, EUROPE, REMOVED_2026),
    ServerType(107, "cx52", 16, 32, 320, 32.40, EUROPE, REMOVED_2026),
    ServerType(109, "cpx22", 2, 4, 80, 6.49),
    ServerType(110, "cpx32", 4, 8, 160, 10.99),
    ServerType(111, "cpx42", 8, 16, 320, 19.99),
    ServerType(112, "cpx52", 12, 24, 480, 28.49),
    ServerType(114, "cx23", 2, 4, 40, 3.49, EUROPE),
    ServerType(115, "cx33", 4, 8, 80, 5.49, EUROPE),
    ServerType(116, "cx43", 8, 16, 160, 9.49, EUROPE),
    ServerType(117, "cx53", 16, 32, 320, 17.49, EUROPE),
)

SERVER_TYPE = {server_type.name: server_type for server_type in SERVER_TYPES}
