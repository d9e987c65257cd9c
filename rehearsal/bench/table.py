"""The benchmark's numbers as tables."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def show(found: Mapping[str, Any], console: Console) -> None:
    """Print both tables."""
    programs = Table(
        "servers", "command", "bare s", "Sovereign s", "ratio", "peak MiB", "API calls/server"
    )
    for row in found["programs"]:
        programs.add_row(
            str(row["servers"]),
            row["command"],
            f"{row['bareSeconds']:.2f}",
            f"{row['seconds']:.2f}",
            f"{row['ratio']:.2f}",
            f"{row['peakMiB']:.0f}",
            f"{row['callsPerServer']:.1f}",
        )
    console.print(programs)
    cloud = Table("servers", "up s", "unavoidable chain s", "ratio")
    for row in found["cloud"]:
        cloud.add_row(
            str(row["servers"]),
            f"{row['seconds']:.2f}",
            f"{row['chainSeconds']:.2f}",
            f"{row['ratio']:.2f}",
        )
    console.print(cloud)
    console.print(
        f"median of {found['rounds']} rounds; cloud times are the simulator's sample profile "
        f"x{found['latencyFactor']:g}; method in docs/performance.md"
    )
