"""Policies: who gets in, what gets out, and what is refused."""

from typing import Any

import pytest

from sovereign.mesh import (
    HttpRule,
    Workload,
    allow,
    block_metadata,
    default_deny,
    dns_egress,
    http_rules,
    require_mtls,
)
from sovereign.problems import ConfigError
from tests.mesh.clusters import Accepts

API = Workload({"app": "api-service"}, "shop")
FRONTEND = Workload({"app": "frontend"})
PROBE = Workload({"app": "probe"}, "ops")
GET_ALL = HttpRule("GET", "/.*")
PORT_8080 = [{"port": "8080", "protocol": "TCP"}]


def _refused(build: Any, **arguments: Any) -> dict[str, str]:
    with pytest.raises(ConfigError) as refused:
        build(**arguments)
    return {problem.path: problem.rule for problem in refused.value.problems}


def test_the_requirements_http_policy() -> None:
    """From app=frontend to app=api-service:8080, GET /api/v1/.* and POST /api/v1/users."""
    requests = [HttpRule("GET", "/api/v1/.*"), HttpRule("POST", "/api/v1/users")]
    (made,) = http_rules(to=API, callers=[FRONTEND], port=8080, requests=requests)
    assert made["spec"] == {
        "endpointSelector": {"matchLabels": {"app": "api-service"}},
        "ingress": [
            {
                "fromEndpoints": [{"matchLabels": {"app": "frontend"}}],
                "toPorts": [
                    {
                        "ports": PORT_8080,
                        "rules": {
                            "http": [
                                {"method": "GET", "path": "/api/v1/.*"},
                                {"method": "POST", "path": "/api/v1/users"},
                            ]
                        },
                    }
                ],
            }
        ],
    }


GATEWAY_RULE = {"fromEntities": ["ingress"], "toPorts": [{"ports": PORT_8080}]}


def test_what_comes_through_a_gateway_gets_in_by_a_rule_of_its_own(accepts: Accepts) -> None:
    """It has the identity `ingress`; Cilium refuses a rule with endpoints and entities."""
    made = allow(to=API, callers=[FRONTEND], ports=[8080], from_gateway=True)
    accepts(made)
    named, gateway = made[0]["spec"]["ingress"]
    assert named["fromEndpoints"] == [{"matchLabels": {"app": "frontend"}}]
    assert "fromEntities" not in named
    assert gateway == GATEWAY_RULE


def test_a_service_can_be_open_to_gateways_alone(accepts: Accepts) -> None:
    """Nobody inside the cluster is named, and nobody gets in."""
    made = allow(to=API, ports=[8080], from_gateway=True)
    accepts(made)
    assert made[0]["metadata"]["name"] == "allow-api-service-from-gateway"
    assert made[0]["spec"]["ingress"] == [GATEWAY_RULE]


def test_requests_through_a_gateway_follow_the_same_rules(accepts: Accepts) -> None:
    """The Gateway's route says where to, the policy what is answered."""
    made = http_rules(to=API, port=8080, requests=[HttpRule("GET", "/v1/.*")], from_gateway=True)
    accepts(made)
    (rule,) = made[0]["spec"]["ingress"]
    assert rule["fromEntities"] == ["ingress"]
    assert rule["toPorts"][0]["rules"] == {"http": [{"method": "GET", "path": "/v1/.*"}]}


def test_gateways_are_not_let_in_unless_asked_for() -> None:
    """The default names callers only."""
    (made,) = allow(to=API, callers=[FRONTEND], ports=[8080])
    assert "ingress" not in str(made["spec"]["ingress"])


def test_a_caller_of_another_namespace_is_named_with_it() -> None:
    """Without the label Cilium looks in the policy's own namespace."""
    (made,) = allow(to=API, callers=[FRONTEND, PROBE], ports=[8080])
    assert made["spec"]["ingress"][0]["fromEndpoints"] == [
        {"matchLabels": {"app": "frontend"}},
        {"matchLabels": {"app": "probe", "k8s:io.kubernetes.pod.namespace": "ops"}},
    ]


def test_egress_lets_each_caller_out_of_its_own_namespace(accepts: Accepts) -> None:
    """Where both sides deny by default, both must allow."""
    made = allow(to=API, callers=[FRONTEND, PROBE], ports=[8080], egress=True)
    accepts(made)
    sides = [(m["metadata"]["namespace"], *m["spec"].keys()) for m in made]
    assert sides == [
        ("shop", "endpointSelector", "ingress"),
        ("shop", "endpointSelector", "egress"),
        ("ops", "endpointSelector", "egress"),
    ]
    assert made[1]["spec"]["egress"][0]["toEndpoints"] == [{"matchLabels": {"app": "api-service"}}]
    abroad = made[2]["spec"]["egress"][0]["toEndpoints"][0]["matchLabels"]
    assert abroad["k8s:io.kubernetes.pod.namespace"] == "shop"


def test_mutual_tls_is_wireguard_and_named_callers_by_default() -> None:
    """`authentication:` would drop all traffic, so it is not there."""
    (made,) = require_mtls(to=API, callers=[FRONTEND], ports=[8080])
    rule = made["spec"]["ingress"][0]
    assert rule == {
        "fromEndpoints": [{"matchLabels": {"app": "frontend"}}],
        "toPorts": [{"ports": PORT_8080}],
    }


@pytest.mark.parametrize("line", ["1.19", "1.20"])
def test_authentication_is_required_where_spire_runs(line: str, accepts: Accepts) -> None:
    """On the lines that carry it."""
    made = require_mtls(
        to=API,
        callers=[FRONTEND],
        ports=[8080],
        authentication="required",
        spire=True,
        cilium_line=line,
    )
    accepts(made)
    assert made[0]["spec"]["ingress"][0]["authentication"] == {"mode": "required"}


def test_authentication_without_spire_or_on_a_line_without_it_is_refused() -> None:
    """Both reasons at once."""
    found = _refused(
        require_mtls,
        to=API,
        callers=[FRONTEND],
        ports=[8080],
        authentication="required",
        cilium_line="1.21",
    )
    assert "drop all traffic" in found["require-mtls.authentication"]
    assert "deprecated" in found["require-mtls.cilium_line"]


@pytest.mark.parametrize(("ingress", "egress"), [(True, True), (True, False), (False, True)])
def test_default_deny_closes_the_chosen_directions(
    ingress: bool, egress: bool, accepts: Accepts
) -> None:
    """An empty rule names nobody; a direction that is left open has no rule at all."""
    made = default_deny(namespace="shop", ingress=ingress, egress=egress)
    accepts(made)
    spec = made[0]["spec"]
    assert spec["enableDefaultDeny"] == {"ingress": ingress, "egress": egress}
    assert spec.get("ingress") == ([{}] if ingress else None)
    assert spec.get("egress") == ([{}] if egress else None)


def test_denying_in_no_direction_is_refused() -> None:
    """Cilium 1.20 refuses a policy without rules."""
    found = _refused(default_deny, namespace="shop", ingress=False, egress=False)
    assert list(found) == ["default-deny.ingress"]


def test_hosts_outside_are_reached_by_name(accepts: Accepts) -> None:
    """DNS and hosts in one policy: Cilium learns addresses from the answers."""
    made = dns_egress(namespace="shop", patterns=["*.example.com"], hosts=["a.b", "*.c.d"])
    accepts(made)
    dns, hosts = made[0]["spec"]["egress"]
    assert dns["toPorts"][0]["rules"]["dns"] == [{"matchPattern": "*.example.com"}]
    assert hosts["toFQDNs"] == [{"matchName": "a.b"}, {"matchPattern": "*.c.d"}]
    assert hosts["toPorts"] == [{"ports": [{"port": "443", "protocol": "TCP"}]}]


def test_the_metadata_service_is_closed_and_nothing_else(accepts: Accepts) -> None:
    """A deny rule that puts no pod into default deny."""
    made = block_metadata()
    accepts(made)
    assert made[0]["spec"] == {
        "endpointSelector": {},
        "enableDefaultDeny": {"ingress": False, "egress": False},
        "egressDeny": [{"toCIDR": ["169.254.169.254/32"]}],
    }


def test_a_namespace_can_be_exempt_from_the_metadata_block(accepts: Accepts) -> None:
    """The storage driver asks for its server's id."""
    made = block_metadata(exempt_namespaces=["storage"])
    accepts(made)
    assert made[0]["spec"]["endpointSelector"]["matchExpressions"] == [
        {"key": "k8s:io.kubernetes.pod.namespace", "operator": "NotIn", "values": ["storage"]}
    ]


def test_every_problem_of_a_call_is_said_at_once() -> None:
    """With its path."""
    found = _refused(
        http_rules,
        to=Workload({}),
        callers=[Workload({"a b": "c"}, "NO")],
        port=0,
        requests=[HttpRule("get", "api"), HttpRule("GET", "/(")],
    )
    assert list(found) == [
        "http-rules.to",
        "http-rules.to.namespace",
        "http-rules.callers[0]",
        "http-rules.callers[0].namespace",
        "http-rules.ports[0]",
        "http-rules.requests[0].method",
        "http-rules.requests[0].path",
        "http-rules.requests[1].path",
    ]


@pytest.mark.parametrize(
    ("build", "arguments", "path"),
    [
        (allow, {"to": API, "callers": [], "ports": [80]}, "allow.callers"),
        (http_rules, {"to": API, "port": 80, "requests": [GET_ALL]}, "http-rules.callers"),
        (allow, {"to": API, "callers": [FRONTEND], "ports": []}, "allow.ports"),
        (allow, {"to": API, "callers": [FRONTEND], "ports": [1] * 41}, "allow.ports"),
        (allow, {"to": API, "callers": [FRONTEND], "ports": ["80"]}, "allow.ports[0]"),
        (allow, {"to": API, "callers": [FRONTEND], "ports": [True]}, "allow.ports[0]"),
        (dns_egress, {"namespace": "a", "patterns": []}, "dns-egress.patterns"),
        (dns_egress, {"namespace": "a", "patterns": ["a b"]}, "dns-egress.patterns[0]"),
        (dns_egress, {"namespace": "a", "hosts": ["https://a"]}, "dns-egress.hosts[0]"),
        (block_metadata, {"exempt_namespaces": ["A"]}, "block-metadata.exempt_namespaces[0]"),
    ],
)
def test_a_bad_argument_is_refused_with_its_path(
    build: Any, arguments: dict[str, Any], path: str
) -> None:
    """Nothing is made of the rest."""
    assert list(_refused(build, **arguments)) == [path]
