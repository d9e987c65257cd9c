"""renovate.json finds every pinned version, each by exactly one expression."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sovereign.config import CiliumConfig, CloudControllerConfig, K3sConfig
from sovereign.mesh.profiles.homelab import CHART
from tests.conftest import ROOT

RENOVATE = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))
FILES = (
    "sovereign/artifacts.yaml",
    "sovereign/config.py",
    "sovereign/mesh/profiles/homelab.py",
    "Pulumi.dev.yaml",
)


def _found(text: str, file: str) -> list[tuple[str, str]]:
    """Dependency and version of everything that Renovate would bump in the file."""
    return sorted(
        (manager["depNameTemplate"], match["currentValue"])
        for manager in RENOVATE["customManagers"]
        if any(re.search(form.strip("/"), file) for form in manager["managerFilePatterns"])
        for expression in manager["matchStrings"]
        for match in re.finditer(expression.replace("(?<", "(?P<"), text)
    )


def _in(file: str) -> list[tuple[str, str]]:
    return _found((ROOT / file).read_text(encoding="utf-8"), file)


def _repository(name: str) -> str:
    if name.startswith("k3s-"):
        return "k3s-io/k3s"
    return "kubernetes-sigs/gateway-api" if name.startswith("gateway-api-") else name


def test_every_artifact_is_found_with_its_version() -> None:
    """Whatever is added to artifacts.yaml must get an expression too."""
    rows = yaml.safe_load((ROOT / FILES[0]).read_text(encoding="utf-8"))["artifacts"]
    assert _in(FILES[0]) == sorted((_repository(row["name"]), row["version"]) for row in rows)


def test_every_default_of_the_configuration_is_found() -> None:
    """k3s, Cilium and the cloud controller manager."""
    assert _in("sovereign/config.py") == sorted(
        [
            ("k3s-io/k3s", K3sConfig().version),
            ("cilium", CiliumConfig().version),
            ("hcloud-cloud-controller-manager", CloudControllerConfig().version),
        ]
    )


def test_the_homelab_chart_is_found() -> None:
    """And held on its line by a package rule."""
    assert _in("sovereign/mesh/profiles/homelab.py") == [("cilium", CHART)]
    rule = RENOVATE["packageRules"][0]
    assert rule["matchFileNames"] == ["sovereign/mesh/profiles/homelab.py"]
    assert rule["allowedVersions"] == "<1.20.0"


@pytest.mark.parametrize("flow", [True, False], ids=["flow", "block"])
def test_every_version_of_a_stack_is_found(flow: bool) -> None:
    """Written in braces or in lines."""
    cluster: dict[str, Any] = {
        "cilium": {"encryption": {"type": "wireguard"}, "version": "1.20.2"},
        "cloudController": {"version": "1.35.0"},
        "k3s": {"version": "v1.36.4+k3s1"},
    }
    if flow:
        parts = [f"    {key}: {json.dumps(part)}\n" for key, part in cluster.items()]
        text = ("config:\n  sovereign:cluster:\n" + "".join(parts)).replace('"', "")
        assert yaml.safe_load(text)["config"]["sovereign:cluster"] == cluster
    else:
        text = yaml.safe_dump({"config": {"sovereign:cluster": cluster}})
    assert _found(text, "Pulumi.prod.yaml") == [
        ("cilium", "1.20.2"),
        ("hcloud-cloud-controller-manager", "1.35.0"),
        ("k3s-io/k3s", "v1.36.4+k3s1"),
    ]


def test_a_section_without_a_version_takes_none_from_the_next() -> None:
    """Else the next section's pin would be bumped as if it were this one's."""
    cluster = {"cilium": {"mtu": 1450}, "cloudController": {"version": "1.35.0"}}
    text = yaml.safe_dump({"config": {"sovereign:cluster": cluster}})
    found = _found(text, "Pulumi.prod.yaml")
    assert found == [("hcloud-cloud-controller-manager", "1.35.0")]


def test_every_version_of_the_stack_in_the_repository_is_found() -> None:
    """A new pinned key of the stack file must get an expression."""
    stack = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))
    cluster = stack["config"]["sovereign:cluster"]
    pinned = [part["version"] for part in cluster.values() if "version" in part]
    assert sorted(version for _, version in _in("Pulumi.dev.yaml")) == sorted(pinned)


def test_the_k3s_version_scheme_reads_the_pinned_one() -> None:
    """Else Renovate would take every release for older."""
    scheme = RENOVATE["customManagers"][0]["versioningTemplate"].removeprefix("regex:")
    assert re.search(scheme.replace("(?<", "(?P<"), K3sConfig().version)


def test_no_other_file_of_the_package_pins_a_version_that_renovate_does_not_know() -> None:
    """`CHART = "1.2.3"` anywhere else would be forgotten; our own version is no dependency."""
    pins = [
        path.relative_to(ROOT).as_posix()
        for path in Path(ROOT / "sovereign").rglob("*.py")
        if re.search(r'(?m)^(?!__version__ ).*= "v?\d+\.\d+\.\d+(\+\w+)?"', path.read_text("utf-8"))
    ]
    assert set(pins) <= set(FILES)
