"""Artifacts: one table, verified downloads, one mirror for all of them."""

from urllib.parse import urlsplit

import pytest

from sovereign import catalog
from sovereign.plan import artifacts
from sovereign.plan.model import SovereignPlan
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev

TABLE = catalog.load().artifacts
RELEASES = "https://github.com/k3s-io/k3s/releases/download"


def test_an_artifact_is_filled_with_its_version() -> None:
    """Percent-encoded in the URL: a plus sign is a space to some servers."""
    binary = artifacts.resolve(TABLE, "k3s-amd64", "v1.35.1+k3s1", "")
    assert binary.url == f"{RELEASES}/v1.35.1%2Bk3s1/k3s"
    assert binary.checksums == f"{RELEASES}/v1.35.1%2Bk3s1/sha256sum-amd64.txt"
    assert (binary.version, binary.sha256) == ("v1.35.1+k3s1", None)


def test_a_checksum_is_taken_for_its_own_version_only() -> None:
    """1.19.6 is pinned, 1.20.2 is not."""
    assert artifacts.resolve(TABLE, "cilium", "1.20.2", "").sha256 is None
    pinned = artifacts.resolve(TABLE, "cilium", "1.19.6", "").sha256
    assert pinned == "21c43cf53841f9ab0375047d95aa4c64051ea52bbd2c679416e6408f5f1c9179"


def test_an_unknown_artifact_is_a_defect() -> None:
    """The table has every name that the plan asks for."""
    with pytest.raises(KeyError):
        artifacts.resolve(TABLE, "k3s-riscv64", "v1.36.4+k3s1", "")


def test_the_tables_own_version_can_be_asked_for() -> None:
    """By name."""
    assert {row["name"]: row["version"] for row in TABLE}["cilium"] == "1.20.2"


@pytest.mark.parametrize(("version", "count"), [("v1.6.1", 10), ("v1.4.1", 6), ("v9.9.9", 0)])
def test_definitions_are_those_of_the_asked_release(version: str, count: int) -> None:
    """Each with its checksum."""
    found = artifacts.manifests(TABLE, version, "")
    assert len(found) == count
    assert all(one.sha256 and f"/{version}/" in one.url for one in found)


def test_the_definitions_follow_the_cilium_line() -> None:
    """1.20 needs v1.6.1, 1.19 uses v1.4.1; without the Gateway API there are none."""
    old = dev(cilium={"version": "1.19.6"}, k3s={"version": "v1.35.5+k3s1"})
    assert {one.version for one in configurations.plan(old).cilium.manifests} == {"v1.4.1"}
    assert {one.version for one in configurations.plan(dev()).cilium.manifests} == {"v1.6.1"}
    without = dev(cilium={"gatewayApi": {"enabled": False}})
    assert configurations.plan(without).cilium.manifests == ()


def downloads(plan: SovereignPlan) -> list[str]:
    """Every URL that anything is fetched from."""
    binaries = [node.binary for node in plan.nodes]
    rows = [*plan.artifacts, *plan.cilium.manifests, *binaries]
    urls = [row.url for row in rows] + [row.checksums for row in rows if row.checksums]
    return [*urls, plan.cilium.chart, plan.cloud_controller.chart]


def test_a_mirror_keeps_every_path_and_changes_every_host() -> None:
    """Nothing is fetched from elsewhere."""
    published = downloads(configurations.plan(HIGHLY_AVAILABLE))
    mirrored = downloads(configurations.plan(HIGHLY_AVAILABLE, mirror="https://mirror.example/a"))
    assert mirrored == [f"https://mirror.example/a{urlsplit(url).path}" for url in published]


def test_a_directory_is_a_mirror_too() -> None:
    """Nodes get file URLs, Helm a path."""
    plan = configurations.plan(dev(), mirror="/srv/mirror")
    assert plan.nodes[0].binary.url == (
        "file:///srv/mirror/k3s-io/k3s/releases/download/v1.36.4%2Bk3s1/k3s"
    )
    assert plan.cilium.chart == "/srv/mirror/cilium-1.20.2.tgz"
    assert plan.cloud_controller.chart == "/srv/mirror/hcloud-cloud-controller-manager-1.35.0.tgz"


def test_a_chart_of_ones_own_goes_before_the_mirror() -> None:
    """And is not held against the published checksum."""
    cluster = dev(
        cilium={"version": "1.19.6", "chart": "charts/cilium"}, k3s={"version": "v1.35.5+k3s1"}
    )
    mesh = configurations.plan(cluster, mirror="https://mirror.example").cilium
    assert (mesh.chart, mesh.chart_sha256) == ("charts/cilium", None)


def test_a_chart_counts_as_pinned_only_where_its_archive_can_be_hashed() -> None:
    """Helm fetches a URL itself and compares nothing; an archive in a directory is compared."""
    cluster = dev(cilium={"version": "1.19.6"}, k3s={"version": "v1.35.5+k3s1"})

    def pinned(mirror: str) -> bool:
        listed = configurations.plan(cluster, mirror=mirror).artifacts
        return any(one.sha256 for one in listed if one.name == "cilium")

    assert not pinned("")
    assert not pinned("https://mirror.example")
    assert pinned("/srv/mirror")


def test_everything_downloaded_is_listed_once() -> None:
    """Binaries of the architectures in use, both charts, the definitions."""
    names = [one.name for one in configurations.plan(HIGHLY_AVAILABLE).artifacts]
    assert names[:4] == ["k3s-amd64", "k3s-arm64", "cilium", "hcloud-cloud-controller-manager"]
    assert len(names) == len(set(names)) == 14
    assert "k3s-arm64" not in [one.name for one in configurations.plan(dev()).artifacts]
