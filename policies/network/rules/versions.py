"""Versions are exact, and above the floors that upstream bugs set."""

import re
from collections.abc import Sequence

from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import CHART as ANY_CHART
from .framework.subjects import CILIUM, CLOUD_CONTROLLER, K3S_JOIN
from .framework.values import Unknown, at, shown, text

CHART = re.compile(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")
K3S = re.compile(r"v\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?\+k3s\d+")
ARCHIVE = re.compile(r"-(v?\d+\.\d+\.\d+[^/]*)\.tgz$")


def version_of(props: Props) -> object:
    """Return the version of a chart or of k3s; an archive carries it in its name."""
    given = at(props, "version")
    archive = ARCHIVE.search(text(at(props, "chart")))
    return archive[1] if given is None and archive else given


def pinned(props: Props, _: Settings) -> Sequence[Outcome] | None:
    """Judge that the version is exact. k3s' component is told by its `nodes`; a chart in a
    directory beside the program is whatever stands there.
    """
    version, chart = version_of(props), text(at(props, "chart"))
    if isinstance(version, Unknown):
        return [Deferred(version.path)]
    if version is None and chart.startswith((".", "/")):
        return None
    k3s = "nodes" in props
    if (K3S if k3s else CHART).fullmatch(text(version)):
        return []
    return [
        Violation(
            f"version is {shown(version)}, not exact like {'v1.36.4+k3s1' if k3s else '1.20.2'}"
        )
    ]


def above_floor(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge the cloud controller's version; one that is not exact is another rule's."""
    version, floor = version_of(props), text(settings["floor"])
    if isinstance(version, Unknown):
        return [Deferred(version.path)]
    if not CHART.fullmatch(text(version)):
        return None
    if numbers(version) >= numbers(floor):
        return []
    return [Violation(f"version is {shown(version)}, below {floor}")]


def numbers(version: object) -> tuple[int, ...]:
    """Return (1, 36, 4) of `v1.36.4+k3s1`; empty for what is no version."""
    matched = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text(version))
    return tuple(map(int, matched.groups())) if matched else ()


VERSIONS_PINNED = ResourceRule(
    id="versions-pinned",
    level="mandatory",
    severity="high",
    prevents="k3s and every chart are exact versions: no channel, range or `latest` moves them "
    "under a running cluster.",
    learned_from=("KH v3: pinned installer", "k3s-io/k3s#14557", "pulumi-kubernetes#2374"),
    fix="set version to one exact release",
    tags=("supply-chain", "nist-800-53:CM-2"),
    subjects=(CILIUM, CLOUD_CONTROLLER, K3S_JOIN, ANY_CHART),
    check=pinned,
)

CLOUD_CONTROLLER_FLOOR = ResourceRule(
    id="cloud-controller-floor",
    level="mandatory",
    severity="critical",
    prevents="Hetzner's cloud controller survives the API of today: older ones panic since "
    "`datacenter` was removed.",
    learned_from=("HK#764", "KH#2189"),
    fix="use hcloud-cloud-controller-manager 1.30.1 or newer",
    tags=("availability", "nist-800-53:SI-2"),
    settings={
        "floor": {
            "type": "string",
            "pattern": r"^\d+\.\d+\.\d+$",
            "default": "1.30.1",
            "description": "The lowest accepted chart version.",
        }
    },
    subjects=(CLOUD_CONTROLLER,),
    check=above_floor,
)
