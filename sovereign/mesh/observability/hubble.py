"""Hubble's metrics: the list for Cilium's values.

`http` is deprecated and excludes `httpV2` (Cilium docs "Monitoring & Metrics"). Metrics carry no
names of workloads unless the metric's own options ask for them; the service level rules do.
"""

from typing import Any

from sovereign.config import HubbleConfig
from sovereign.mesh.checks import Checks


def hubble_metrics(*, workloads: bool = True) -> list[str]:
    """`hubble.metrics.enabled`: dns, drop, tcp, flow, icmp and HTTP, as a Sovereign has them.

    `workloads`: HTTP metrics name source and destination, one time series per pair; the service
    level rules find nothing without.
    """
    metrics = HubbleConfig().metrics
    return metrics if workloads else [metric.partition(":")[0] for metric in metrics]


def hubble_values(*, relay: bool = True, ui: bool = True, workloads: bool = True) -> dict[str, Any]:
    """The `hubble` part of Cilium's Helm values. The UI asks the relay, so it needs one. Raises
    ConfigError.
    """
    checks = Checks("hubble")
    if ui and not relay:
        checks.add("ui", ui, "the UI asks the relay and shows nothing without", "set relay too")
    checks.refuse()
    return {
        "hubble": {
            "enabled": True,
            "relay": {"enabled": relay},
            "ui": {"enabled": ui},
            "metrics": {"enabled": hubble_metrics(workloads=workloads)},
        }
    }
