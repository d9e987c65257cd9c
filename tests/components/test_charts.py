"""Charts: a pinned archive on this machine is verified before it is released."""

import hashlib
from pathlib import Path

import pulumi
import pytest

from sovereign.components.charts import verify
from tests.configurations import dev
from tests.recording import RELEASE, record

CHART = b"a chart"
RIGHT = hashlib.sha256(CHART).hexdigest()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "cilium-1.19.6.tgz"
    path.write_bytes(CHART)
    return path


def test_a_right_archive_passes(archive: Path) -> None:
    """And one that nothing pins."""
    verify(str(archive), RIGHT)
    verify(str(archive), None)


def test_a_wrong_archive_ends_in_one_sentence(archive: Path) -> None:
    """With both checksums and the way out."""
    with pytest.raises(pulumi.RunError) as refused:
        verify(str(archive), "0" * 64)
    assert str(refused.value) == (
        f"{archive} has the checksum {RIGHT}, artifacts.yaml pins {'0' * 64}; fetch it again"
    )


def test_a_url_and_a_directory_are_left_to_helm(tmp_path: Path) -> None:
    """Only a file can be hashed."""
    verify("https://helm.cilium.io/cilium-1.19.6.tgz", "0" * 64)
    verify(str(tmp_path), "0" * 64)


def test_a_missing_chart_ends_in_one_sentence(tmp_path: Path) -> None:
    """With or without a checksum: Helm would say so after the servers are paid for."""
    for pinned in (None, RIGHT):
        with pytest.raises(pulumi.RunError) as refused:
            verify(str(tmp_path / "cilium.tgz"), pinned)
        assert str(refused.value).startswith(f"{tmp_path}/cilium.tgz is not there")


def test_a_wrong_archive_in_the_mirror_stops_the_program(tmp_path: Path) -> None:
    """Before the release is registered."""
    (tmp_path / "cilium-1.19.6.tgz").write_bytes(CHART)
    cluster = dev(cilium={"version": "1.19.6"}, k3s={"version": "v1.35.1+k3s1"})
    with pytest.raises(pulumi.RunError, match=r"artifacts\.yaml pins 21c43cf"):
        record(cluster, mirror=str(tmp_path))


def test_a_chart_of_ones_own_replaces_the_published_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`cilium.chart` may be a path from the program's directory; nothing pins its checksum."""
    monkeypatch.chdir(tmp_path)
    cluster = dev(cilium={"chart": "./charts/cilium"})
    with pytest.raises(pulumi.RunError, match="is not there"):
        record(cluster)
    (tmp_path / "charts" / "cilium").mkdir(parents=True)
    assert record(cluster).one(RELEASE, "dev-cilium").inputs["chart"] == "./charts/cilium"
