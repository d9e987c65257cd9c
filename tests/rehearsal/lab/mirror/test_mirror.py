"""The lab's artifact mirror: every file that a plan names, right or damaged, and who asked."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from rehearsal.lab.mirror import Fetch, Mirror, Shelf, serve_mirror
from rehearsal.lab.mirror.shelf import table
from rehearsal.nodes.surroundings import Surroundings
from sovereign import catalog
from sovereign.plan import artifacts
from sovereign.plan.model import ArtifactPlan

VERSION = "v1.36.4+k3s1"
DEFINITION = b"kind: CustomResourceDefinition\n"
ROW = {
    "name": "gateway-api-gateways",
    "kind": "manifest",
    "version": "v1.6.1",
    "url": "https://example.org/gateway-api/{version}/gateways.yaml",
    "sha256": {"v1.6.1": hashlib.sha256(DEFINITION).hexdigest()},
}


class Around:
    """Surroundings that a test changes."""

    now = Surroundings()


@pytest.fixture
def around() -> Around:
    """Nothing is damaged yet."""
    return Around()


@pytest.fixture
def mirror(around: Around, tmp_path: Path) -> Iterator[Mirror]:
    """A mirror on loopback with one definition, a real one's place taken by the test's own."""
    (tmp_path / "gateways.yaml").write_bytes(DEFINITION)
    shelf = Shelf(tmp_path, rows=[*table(), ROW])
    with serve_mirror(
        definitions=tmp_path,
        surroundings=lambda: around.now,
        address="127.0.0.1",
        port=0,
        shelf=shelf,
    ) as opened:
        yield opened


def planned(mirror: Mirror, name: str, version: str) -> ArtifactPlan:
    """The artifact as a plan resolves it with this mirror."""
    return artifacts.resolve(catalog.load().artifacts, name, version, mirror.url)


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_k3s_is_at_the_plans_url_and_matches_its_checksum_file(
    mirror: Mirror, architecture: str
) -> None:
    """The program's own download step verifies it so."""
    plan = planned(mirror, f"k3s-{architecture}", VERSION)

    binary = httpx.get(plan.url).raise_for_status().content
    sums = httpx.get(plan.checksums or "").raise_for_status().text

    name = urlsplit(plan.url).path.rpartition("/")[2]
    assert sums == f"{hashlib.sha256(binary).hexdigest()}  {name}\n"
    assert VERSION.encode() in binary or binary.startswith(b"#!")


@pytest.mark.parametrize(
    ("name", "version"),
    [("cilium", "1.20.2"), ("cilium", "1.19.6"), ("hcloud-cloud-controller-manager", "1.35.0")],
)
def test_charts_are_at_the_plans_urls_in_the_asked_version(
    mirror: Mirror, name: str, version: str
) -> None:
    """An archive, the same one each time."""
    url = planned(mirror, name, version).url

    first, second = (httpx.get(url).raise_for_status().content for _ in range(2))

    assert first == second
    assert first.startswith(b"\x1f\x8b")


def test_definitions_are_served_only_with_the_pinned_sum(mirror: Mirror, tmp_path: Path) -> None:
    """What is in the cache under the right name but with other content is not the definition."""
    path = "/gateway-api/v1.6.1/gateways.yaml"
    assert httpx.get(f"{mirror.url}{path}").content == DEFINITION

    (tmp_path / "gateways.yaml").write_bytes(b"kind: Other\n")

    assert httpx.get(f"{mirror.url}{path}").status_code == 404


def test_a_damaged_artifact_has_another_sum_but_its_checksum_file_is_right(
    mirror: Mirror, around: Around
) -> None:
    """As the break `k3s-checksum` asks for it; its `/k3s` is in the checksum file's URL, too."""
    plan = planned(mirror, "k3s-amd64", VERSION)
    whole = httpx.get(plan.url).content

    around.now = replace(around.now, damaged_artifacts=frozenset({"/k3s"}))

    sums = httpx.get(plan.checksums or "").text
    assert httpx.get(plan.url).content != whole
    assert sums == f"{hashlib.sha256(whole).hexdigest()}  k3s\n"
    assert httpx.get(planned(mirror, "cilium", "1.20.2").url).is_success


def test_it_notes_who_fetched_what(mirror: Mirror) -> None:
    """With the status, so that a test can tell a download from a miss."""
    httpx.get(planned(mirror, "cilium", "1.20.2").url)
    httpx.get(f"{mirror.url}/nothing")

    assert mirror.fetched == [
        Fetch("/cilium-1.20.2.tgz", "127.0.0.1", 200),
        Fetch("/nothing", "127.0.0.1", 404),
    ]
