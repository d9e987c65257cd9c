"""A named set of Helm values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sovereign.mesh.values import LINES, Line

ProfileName = Literal["sovereign", "homelab"]
PROFILES: tuple[ProfileName, ...] = ("sovereign", "homelab")


@dataclass(frozen=True)
class Profile:
    """Values for one chart, with a hole: `k8sServiceHost` is derived, never typed in."""

    name: ProfileName
    chart: str
    """Version of the chart, for example `1.20.2`."""
    values: Mapping[str, Any]

    @property
    def line(self) -> Line:
        """`1.20` for `1.20.2`."""
        return next(line for line in LINES if self.chart.startswith(f"{line}."))
