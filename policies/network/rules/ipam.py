"""Pod addresses never come from the chart's default range, which swallows the nodes'."""

from collections.abc import Sequence
from ipaddress import ip_network

from .framework.cilium_config import CILIUM_CONFIG, chart_values
from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation, require
from .framework.subjects import CILIUM
from .framework.values import Unknown, at, entries, shown, text

CHART_DEFAULT = "10.0.0.0/8"
POOL = "values.ipam.operator.clusterPoolIPv4PodCIDRList"


def pod_range(props: Props, settings: Settings) -> Sequence[Outcome]:
    """Judge where Cilium takes pod ranges from."""
    props = chart_values(props)
    mode = at(props, "values", "ipam", "mode")
    if isinstance(mode, Unknown):
        return [Deferred(mode.path)]
    if mode == "kubernetes":
        return require(props, "values.k8s.requireIPv4PodCIDR", True)
    if mode in (None, "cluster-pool"):
        return _pool(props)
    if mode in entries(settings["otherModes"]):
        return []
    return [Violation(f"values.ipam.mode is {shown(mode)}, not `kubernetes` or `cluster-pool`")]


def _pool(props: Props) -> list[Outcome]:
    listed = at(props, *POOL.split("."))
    if isinstance(listed, Unknown):
        return [Deferred(listed.path)]
    pools = [listed] if isinstance(listed, str) else entries(listed)
    if not pools:
        return [Violation(f"{POOL} is not set: the chart's {CHART_DEFAULT} holds the nodes, too")]
    outcomes: list[Outcome] = []
    for pool in pools:
        if isinstance(pool, Unknown):
            outcomes.append(Deferred(pool.path))
        elif _is_default(text(pool)):
            outcomes.append(Violation(f"{POOL} holds {shown(pool)}, which holds the nodes, too"))
    return outcomes


def _is_default(pool: str) -> bool:
    try:
        return ip_network(pool, strict=False) == ip_network(CHART_DEFAULT)
    except ValueError:
        return True


IPAM_POD_RANGE = ResourceRule(
    id="ipam-pod-range",
    level="mandatory",
    severity="critical",
    prevents="Pods never get addresses of the chart's default range 10.0.0.0/8, in which the nodes "
    "stand: peers become unreachable without an error.",
    learned_from=("cilium: IPAM cluster-pool warning",),
    fix="set ipam.mode: kubernetes with k8s.requireIPv4PodCIDR: true, or cluster-pool with "
    "clusterPoolIPv4PodCIDRList: [10.42.0.0/16]",
    tags=("cilium", "addressing", "nist-800-53:CM-6"),
    settings={
        "otherModes": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Further values of ipam.mode that are accepted unchecked.",
        }
    },
    subjects=(CILIUM, CILIUM_CONFIG),
    check=pod_range,
)
