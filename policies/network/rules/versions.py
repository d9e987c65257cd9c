"""Versions are exact, and above the floors that upstream bugs set."""

import re
from collections.abc import Iterator, Sequence

from .framework.pod_spec import containers
from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import CHART as ANY_CHART
from .framework.subjects import CILIUM, CLOUD_CONTROLLER, K3S_JOIN, WORKLOAD
from .framework.values import Unknown, at, shown, text

CHART = re.compile(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")
K3S = re.compile(r"v\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?\+k3s\d+")
CONTROLLER = "hcloud-cloud-controller-manager"
NOT_SHOWN = "cannot be seen: a Chart shows policies no inputs, only the resources that it makes"
ARCHIVE = re.compile(r"-(v?\d+\.\d+\.\d+[^/]*)\.tgz$")


def version_of(props: Props) -> object:
    """Return the version of a chart or of k3s; an archive carries it in its name."""
    given = at(props, "version")
    archive = ARCHIVE.search(text(at(props, "chart")))
    return archive[1] if given is None and archive else given


def pinned(props: Props, _: Settings) -> Sequence[Outcome] | None:
    """Judge that the version is exact. k3s' component is told by its `nodes`; a chart in a
    directory beside the program is whatever stands there; a Chart says nothing of itself.
    """
    if not {"chart", "nodes", "version"} & set(props):
        return [Deferred("version", why=NOT_SHOWN)]
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
    """Judge the cloud controller's version, of a chart or of the image of any workload; one that is
    not exact is another rule's.
    """
    floor = text(settings["floor"])
    found = [("version", version_of(props)), *_controller_images(props)]
    judged: list[list[Outcome]] = []
    for path, version in found:
        if isinstance(version, Unknown):
            judged.append([Deferred(version.path)])
        elif CHART.fullmatch(text(version)):
            low = numbers(version) < numbers(floor)
            said = Violation(f"{path} is {shown(version)}, below {floor}")
            judged.append([said] if low else [])
    return [outcome for each in judged for outcome in each] if judged else None


def _controller_images(props: Props) -> Iterator[tuple[str, object]]:
    """Yield path and tag of each container that is the cloud controller: chart and image have one
    number. An image that is unknown may be anything.
    """
    for path, container in containers(props):
        name, _, tag = text(at(container, "image")).partition("@")[0].rpartition(":")
        if name.rpartition("/")[2] == CONTROLLER:
            yield f"the tag of {path}.image", tag


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
            "description": "The lowest accepted version of chart and image.",
        }
    },
    subjects=(CLOUD_CONTROLLER, WORKLOAD),
    check=above_floor,
)
