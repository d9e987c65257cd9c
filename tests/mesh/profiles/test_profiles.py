"""The two profiles: figures, both charts, and the refusal in a Hetzner stack."""

from pathlib import Path
from typing import Any

import pytest

from sovereign import catalog
from sovereign.config import CiliumConfig, NetworkConfig
from sovereign.mesh.profiles.homelab import homelab
from sovereign.mesh.profiles.own import own
from sovereign.mesh.profiles.profile import Profile
from sovereign.mesh.profiles.refusal import refuse_on_hetzner
from sovereign.mesh.values import LINES, Line, check
from sovereign.parsing import parse
from sovereign.plan import build, cilium
from sovereign.problems import ConfigError
from tests.mesh.profiles.charts import chart, plain_keys

BOTH = [
    (name, line, talos)
    for line in LINES
    for name, talos in (("own", False), ("homelab", False), ("homelab", True))
]


def _profile(name: str, line: Line, talos: bool) -> Profile:
    return own(line=line) if name == "own" else homelab(line=line, talos=talos)


@pytest.mark.parametrize(("name", "line", "talos"), BOTH)
def test_both_charts_take_both_profiles(
    name: str, line: Line, talos: bool, reference: Path
) -> None:
    """By the chart's schema, and each key stands in its values.yaml."""
    values = {**_profile(name, line, talos).values, "k8sServiceHost": "10.0.1.2"}
    assert chart(reference, line).errors(values) == []
    free = ("certgen.nodeSelector.node-role",)
    keys = [key for key in plain_keys(values) if not key.startswith(free)]
    assert [key for key in keys if not chart(reference, line).has(key)] == []


@pytest.mark.parametrize(("name", "line", "talos"), BOTH)
def test_no_profile_breaks_a_rule_of_its_surroundings(name: str, line: Line, talos: bool) -> None:
    """The homelab at home, the Sovereign's own on Hetzner Cloud."""
    profile = _profile(name, line, talos)
    assert profile.line == line
    assert not check(profile.values, line, nodes=3, hetzner=name == "own")


def test_the_schema_would_find_a_wrong_type(reference: Path) -> None:
    """So that the two tests above can fail."""
    errors = chart(reference, "1.20").errors({"k8s": {"apiServerURLs": ["a", "b"]}})
    assert any("apiServerURLs" in error for error in errors)
    assert not chart(reference, "1.20").has("hubble.relai")


def test_homelab_has_the_figures_of_the_requirement() -> None:
    """Chart 1.19.2, native routing over 10.100.0.0/16, node encryption, BBR, L2, no Envoy."""
    profile = homelab()
    values: dict[str, Any] = dict(profile.values)
    assert profile.chart == "1.19.2"
    assert values["kubeProxyReplacement"] is True
    assert values["routingMode"] == "native"
    assert values["ipv4NativeRoutingCIDR"] == "10.100.0.0/16"
    assert values["ipam"]["operator"]["clusterPoolIPv4PodCIDRList"] == ["10.100.0.0/16"]
    assert values["encryption"] == {"enabled": True, "type": "wireguard", "nodeEncryption": True}
    assert values["bandwidthManager"] == {"enabled": True, "bbr": True}
    assert values["l2announcements"] == {"enabled": True}
    assert values["hubble"]["relay"] == {"enabled": True, "replicas": 1}
    assert values["hubble"]["ui"] == {"enabled": True, "replicas": 1}
    assert values["operator"] == {"replicas": 2}
    assert values["envoy"] == {"enabled": False}


def test_talos_settings_come_with_talos_alone() -> None:
    """Elsewhere they would take the agents' right to load modules away."""
    assert not {"cgroup", "securityContext"} & set(homelab().values)
    values = homelab(talos=True).values
    assert values["cgroup"] == {"autoMount": {"enabled": False}, "hostRoot": "/sys/fs/cgroup"}
    assert values["securityContext"]["capabilities"] == {
        "ciliumAgent": [
            *("NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_RESOURCE", "IPC_LOCK", "CHOWN"),
            *("KILL", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"),
        ],
        "cleanCiliumState": ["NET_ADMIN", "SYS_ADMIN", "SYS_RESOURCE"],
    }


def test_the_sovereign_profile_is_what_the_plan_installs() -> None:
    """No second copy: the same values, for the same configuration."""
    config = CiliumConfig.model_validate({"encryption": {"strictMode": True}, "mtu": 1400})
    network = NetworkConfig.model_validate({"podCidr": "10.44.0.0/16"})
    planned = cilium.values(
        config, cluster="x", pod_cidr="10.44.0.0/16", nodes=1, mode="control-plane-ip"
    )
    assert own(config=config, network=network, cluster="x", nodes=1).values == planned


def test_the_older_line_of_the_sovereign_profile_is_a_pinned_chart() -> None:
    """A version whose checksum is in artifacts.yaml."""
    assert own().chart == CiliumConfig().version
    assert own(line="1.19").chart == "1.19.6"


def test_homelab_is_refused_on_hetzner_with_every_reason() -> None:
    """Layer 3, the chart's floor, and the pods' range outside the network."""
    rules = [problem.rule for problem in refuse_on_hetzner(homelab())]
    assert len(rules) == 3
    assert "layer 3" in rules[0]
    assert "1.19.2 is below 1.19.5" in rules[1]
    assert "10.100.0.0/16" in rules[2]
    assert "10.0.0.0/16" in rules[2]


def test_a_reason_goes_away_with_its_cause() -> None:
    """A newer chart and a wider network leave the layer alone."""
    rules = [
        problem.rule
        for problem in refuse_on_hetzner(
            homelab(line="1.20"), network=NetworkConfig(cidr="10.0.0.0/8")
        )
    ]
    assert len(rules) == 1
    assert "layer 3" in rules[0]


def test_the_sovereign_profile_is_not_refused() -> None:
    """On neither line."""
    assert refuse_on_hetzner(own()) == refuse_on_hetzner(own(line="1.19")) == []


def _problems(**cluster: Any) -> dict[str, list[str]]:
    try:
        build(parse({"name": "dev", **cluster}, []), catalog.load())
    except ConfigError as error:
        found: dict[str, list[str]] = {}
        for problem in error.problems:
            found.setdefault(problem.path, []).append(problem.rule)
        return found
    return {}


def test_a_stack_that_asks_for_homelab_is_refused_before_anything_is_created() -> None:
    """By the plan, with all reasons; the default and the named default are taken."""
    assert len(_problems(cilium={"profile": "homelab"})["cilium.profile"]) == 3
    assert _problems(cilium={"profile": "sovereign"}) == _problems() == {}


def test_the_profiles_refusal_stands_beside_a_broken_network() -> None:
    """A range that is none is the ranges' own problem, not a crash of this rule."""
    found = _problems(cilium={"profile": "homelab"}, network={"cidr": "nonsense"})
    assert len(found["cilium.profile"]) == 2
    assert "network.cidr" in found


def test_load_balancing_is_chosen_by_kind() -> None:
    """Hetzner by default; DNS with a zone; layer 2 never, with the reason."""
    assert _problems(loadBalancer={"kind": "dns", "zone": "example.org"}) == {}
    assert "zone" in _problems(loadBalancer={"kind": "dns"})["loadBalancer.zone"][0]
    assert "no DNS" in _problems(loadBalancer={"zone": "example.org"})["loadBalancer.zone"][0]
    assert "layer 3" in _problems(loadBalancer={"kind": "l2"})["loadBalancer.kind"][0]
    assert "loadBalancer.kind" in _problems(loadBalancer={"kind": "cloud"})
    assert "loadBalancer.zone" in _problems(loadBalancer={"kind": "dns", "zone": "no zone"})
