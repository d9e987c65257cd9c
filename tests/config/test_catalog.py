"""The tables that come with the package are well-formed and agree with one another."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from sovereign import catalog
from sovereign.config import CiliumConfig, CloudControllerConfig, K3sConfig

TABLES = catalog.load()


@pytest.mark.parametrize("row", TABLES.artifacts, ids=lambda row: str(row["name"]))
def test_an_artifact_says_name_kind_version_url_and_how_it_is_verified(row: dict[str, Any]) -> None:
    """Over HTTPS, each checksum 64 hexadecimal digits of some version."""
    assert set(row) <= {"name", "kind", "version", "url", "sha256", "checksums"}
    assert row["kind"] in {"binary", "chart", "manifest"}
    assert urlsplit(row["url"]).scheme == "https"
    assert "{version" in row["url"]
    for version, checksum in row["sha256"].items():
        assert isinstance(version, str), "quote it: YAML reads 1.20 as a number"
        assert re.fullmatch(r"[0-9a-f]{64}", checksum)
    if row["kind"] == "binary":
        assert "{version_url}" in row["checksums"]


def test_no_artifact_stands_twice() -> None:
    """Neither by name nor by place."""
    for key in ("name", "url"):
        found = [row[key] for row in TABLES.artifacts]
        assert len(found) == len(set(found))


def test_the_tables_default_versions_are_the_configurations() -> None:
    """One version, wherever it is read."""
    versions = {row["name"]: row["version"] for row in TABLES.artifacts}
    assert versions["k3s-amd64"] == versions["k3s-arm64"] == K3sConfig().version
    assert versions["cilium"] == CiliumConfig().version
    assert versions["hcloud-cloud-controller-manager"] == CloudControllerConfig().version


@pytest.mark.parametrize("line", TABLES.versions["cilium"])
def test_every_cilium_line_names_a_gateway_release_whose_definitions_are_pinned(line: str) -> None:
    """A manifest without checksum could not be verified: it has no checksum file."""
    row = TABLES.versions["cilium"][line]
    assert row["lowest"].startswith(f"{line}.")
    assert row["kubernetes"] == sorted(row["kubernetes"])
    kinds = {
        found["name"]
        for found in TABLES.artifacts
        if found["kind"] == "manifest" and row["gatewayApi"] in found["sha256"]
    }
    required = {"gatewayclasses", "gateways", "httproutes", "grpcroutes", "referencegrants"}
    assert {f"gateway-api-{name}" for name in required} <= kinds


def test_the_default_pair_is_inside_the_tested_matrix() -> None:
    """Cilium 1.20 with Kubernetes 1.36."""
    tested = TABLES.versions["cilium"]["1.20"]["kubernetes"]
    assert "1.36" in tested
    assert "1.37" not in tested


def test_kernels_and_the_floor_are_texts_of_two_numbers() -> None:
    """A bare 5.10 would be read as 5.1."""
    kernels = [TABLES.images["floor"], *TABLES.images["images"].values()]
    assert all(isinstance(one, str) and re.fullmatch(r"\d+\.\d+", one) for one in kernels)


def test_no_server_type_is_of_two_kinds() -> None:
    """amd64, arm64 or retired; what has a price can be ordered."""
    kinds = [set(TABLES.server_types[kind]) for kind in ("amd64", "arm64", "retired")]
    assert sum(map(len, kinds)) == len(set.union(*kinds))
    assert set(TABLES.prices["serverTypes"]) <= kinds[0] | kinds[1]


def test_the_price_book_says_that_it_is_a_sample_and_from_when() -> None:
    """Prices are never invented silently."""
    assert TABLES.prices["sample"] is True
    assert isinstance(TABLES.prices["date"], date)
    assert TABLES.prices["source"]
    assert TABLES.prices["currency"] == "EUR"
    assert all(price > 0 for price in TABLES.prices["serverTypes"].values())


def test_scripts_are_all_files_beside_the_package_but_its_own_module() -> None:
    """By name, whole, ending in a newline."""
    assert {"join.sh", "cloud-init.yaml", "k3s.service", "sshd.conf"} <= set(TABLES.scripts)
    assert not [name for name in TABLES.scripts if name.endswith(".py")]
    assert all(text.endswith("\n") for text in TABLES.scripts.values())
