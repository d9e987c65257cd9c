"""Values are refused with their reason: misspelt, dropped, deprecated, contradictory."""

from typing import Any

import pytest

from sovereign.mesh.values import Line, check
from sovereign.problems import Problem


def _said(values: dict[str, Any], line: Line = "1.20", **around: Any) -> dict[str, Problem]:
    return {problem.path: problem for problem in check(values, line, **around)}


def test_a_misspelt_key_names_the_nearest_one() -> None:
    """The chart's schema forbids no key, so Helm installs such values without a word."""
    found = _said({"kubeProxyReplacment": True, "hubble": {"relai": {"enabled": True}}})
    assert found["kubeProxyReplacment"].fix == "did you mean `kubeProxyReplacement`?"
    assert found["hubble.relai"].fix == "did you mean `relay`?"


def test_a_key_far_from_all_others_lists_what_is_known() -> None:
    """A hint that would mislead is not given."""
    assert _said({"encryption": {"xyz": 1}})["encryption.xyz"].fix.startswith("known: enabled,")


def test_the_old_strict_mode_is_refused_where_the_chart_ignores_it() -> None:
    """On 1.20 strict mode would be off after an upgrade, in silence; 1.19 reads it."""
    values = {
        "encryption": {
            "enabled": True,
            "type": "wireguard",
            "strictMode": {"enabled": True, "cidr": "10.42.0.0/16"},
        }
    }
    found = _said(values, "1.20")
    assert found["encryption.strictMode.enabled"].fix == (
        "write encryption.strictMode.egress.enabled"
    )
    assert found["encryption.strictMode.cidr"].fix == "write encryption.strictMode.egress.cidr"
    assert not _said(values, "1.19")


@pytest.mark.parametrize(
    ("values", "path", "fix"),
    [
        ({"encryption": {"type": "wiregard"}}, "encryption.type", "wireguard"),
        ({"routingMode": "nativ"}, "routingMode", "native"),
        ({"ipam": {"mode": "kubernets"}}, "ipam.mode", "kubernetes"),
        ({"tunnelProtocol": "vxlan2"}, "tunnelProtocol", "vxlan"),
        ({"hubble": {"tls": {"auto": {"method": "cronjob"}}}}, "hubble.tls.auto.method", "cronJob"),
        ({"hubble": {"metrics": {"enabled": ["flows"]}}}, "hubble.metrics.enabled[0]", "flow"),
    ],
)
def test_a_misspelt_choice_names_the_nearest_one(
    values: dict[str, Any], path: str, fix: str
) -> None:
    """For the chart most of them are free texts."""
    assert _said(values)[path].fix == f"did you mean `{fix}`?"


def test_a_misspelt_encryption_type_says_that_nothing_would_be_encrypted() -> None:
    """The worst of the silent failures."""
    assert "no encryption at all" in _said({"encryption": {"type": "wg"}})["encryption.type"].rule


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"kubeProxyReplacement": "strict"}, "kubeProxyReplacement"),
        ({"k8s": {"apiServerURLs": ["https://10.0.1.2:6443"]}}, "k8s.apiServerURLs"),
        ({"gatewayAPI": {"gatewayClass": {"create": True}}}, "gatewayAPI.gatewayClass.create"),
        ({"cluster": {"name": "Dev_1"}}, "cluster.name"),
        ({"operator": {"replicas": 0}}, "operator.replicas"),
        ({"MTU": "1450"}, "MTU"),
        ({"k8sServicePort": [6443]}, "k8sServicePort"),
        ({"hubble": True}, "hubble"),
    ],
)
def test_a_value_of_a_wrong_form_is_refused_once(values: dict[str, Any], path: str) -> None:
    """One problem for one value, whatever forms it could have had."""
    assert [problem.path for problem in check(values, "1.20")] == [path]


def test_the_deprecated_metric_names_its_successor() -> None:
    """`http` alone is deprecated, beside `httpV2` it is excluded."""
    alone = _said({"hubble": {"metrics": {"enabled": ["dns", "http"]}}})
    assert alone["hubble.metrics.enabled"].fix == "use httpV2"
    both = check({"hubble": {"metrics": {"enabled": ["http", "httpV2:exemplars=true"]}}}, "1.20")
    assert [problem.fix for problem in both] == ["keep httpV2"]


def test_a_metric_with_options_is_known_by_its_name() -> None:
    """`name:options` is how Hubble reads them."""
    metrics = ["dns:query;ignoreAAAA", "httpV2:labelsContext=source_namespace", "tcp"]
    assert not check({"hubble": {"metrics": {"enabled": metrics}}}, "1.20")
    twice = check({"hubble": {"metrics": {"enabled": ["dns:query", "dns"]}}}, "1.20")
    assert [problem.value for problem in twice] == ["dns, 2 times"]


CONTRADICTIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"hubble": {"ui": {"enabled": True}}}, "hubble.ui.enabled", "reads from the relay"),
    (
        {"hubble": {"enabled": False, "relay": {"enabled": True}}},
        "hubble.relay.enabled",
        "Hubble is off",
    ),
    (
        {"authentication": {"mutual": {"spire": {"enabled": True}}}},
        "authentication.mutual.spire.enabled",
        "without authentication",
    ),
    ({"authentication": {"enabled": True}}, "authentication.enabled", "drop all"),
    ({"l2announcements": {"enabled": True}}, "l2announcements.enabled", "layer 3"),
    ({"operator": {"replicas": 2}}, "operator.replicas", "Pending"),
    ({"k8sServiceHost": "127.0.0.1", "k8sServicePort": 6443}, "k8sServiceHost", "NotReady"),
    ({"k8sServiceHost": "localhost"}, "k8sServiceHost", "NotReady"),
    ({"routingMode": "native"}, "routingMode", "masquerade"),
    ({"autoDirectNodeRoutes": True}, "autoDirectNodeRoutes", "gateway"),
    ({"ipam": {"mode": "cluster-pool"}}, "ipam.mode", "10.0.0.0/8"),
    ({"encryption": {"enabled": True}}, "encryption.enabled", "ipsec"),
    (
        {"encryption": {"strictMode": {"egress": {"enabled": True}}}},
        "encryption.strictMode",
        "encryption is off",
    ),
    (
        {"bandwidthManager": {"bbr": True}, "bpf": {"masquerade": True}},
        "bandwidthManager.bbr",
        "part of",
    ),
    (
        {"bandwidthManager": {"enabled": True, "bbr": True}},
        "bandwidthManager.bbr",
        "host routing",
    ),
    (
        {"gatewayAPI": {"enabled": True}, "kubeProxyReplacement": False},
        "kubeProxyReplacement",
        "Gateway API",
    ),
    ({"gatewayAPI": {"enabled": True}, "l7Proxy": False}, "l7Proxy", "Envoy"),
]


@pytest.mark.parametrize(("values", "path", "reason"), CONTRADICTIONS)
def test_a_contradictory_set_is_refused_with_its_reason(
    values: dict[str, Any], path: str, reason: str
) -> None:
    """On one node of Hetzner Cloud; each set alone is refused for one thing only."""
    found = check(values, "1.20", nodes=1)
    assert [problem.path for problem in found] == [path]
    assert reason in found[0].rule


@pytest.mark.parametrize(
    ("values", "around"),
    [
        ({"l2announcements": {"enabled": True}}, {"hetzner": False}),
        ({"autoDirectNodeRoutes": True}, {"hetzner": False}),
        ({"operator": {"replicas": 2}}, {"nodes": 2}),
        ({"operator": {"replicas": 2}}, {}),
        ({"k8sServiceHost": "127.0.0.1", "k8sServicePort": 6444}, {}),
        ({"k8sServiceHost": "10.0.1.2", "k8sServicePort": 6443}, {}),
        (
            {"authentication": {"enabled": True, "mutual": {"spire": {"enabled": True}}}},
            {},
        ),
        ({"hubble": {"metrics": {"enabled": None}}}, {}),
    ],
)
def test_what_only_looks_contradictory_is_taken(
    values: dict[str, Any], around: dict[str, Any]
) -> None:
    """The rules ask for the surroundings, and for the whole set."""
    assert not check(values, "1.20", **around)


def test_every_problem_is_said_at_once() -> None:
    """A key, a form, a metric and a contradiction in one answer."""
    found = _said(
        {
            "typo": 1,
            "MTU": 1,
            "l2announcements": {"enabled": True},
            "hubble": {"metrics": {"enabled": ["http"]}},
        }
    )
    assert set(found) == {"typo", "MTU", "l2announcements.enabled", "hubble.metrics.enabled"}
