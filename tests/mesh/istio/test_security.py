"""PeerAuthentication and AuthorizationPolicy: a policy never opens what Istio closed."""

from typing import Any

import pytest
import yaml

from tests.mesh.istio.conversion import DIFFERENT, LOST, Convert

OUTSIDE = {"fromEntities": ["world"]}
NAME = "CiliumNetworkPolicy shop/api-authorization"


def _peer(**spec: Any) -> str:
    return _object("PeerAuthentication", spec)


def _policy(*rules: Any, **spec: Any) -> str:
    return _object("AuthorizationPolicy", {"rules": list(rules), **spec})


def _object(kind: str, spec: Any, namespace: str = "shop") -> str:
    metadata = {"name": "api", "namespace": namespace}
    value = {
        "apiVersion": "security.istio.io/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    }
    return yaml.safe_dump(value, sort_keys=False)


def _source(**source: Any) -> dict[str, Any]:
    return {"source": source}


def test_strict_keeps_callers_from_outside_away_and_opens_nothing(convert: Convert) -> None:
    """A denial without a default: an allowance for the cluster would open what other policies
    close.
    """
    spec = convert(_peer(mtls={"mode": "STRICT"}))[
        "CiliumNetworkPolicy shop/api-peer-authentication"
    ]["spec"]
    assert spec == {
        "endpointSelector": {},
        "enableDefaultDeny": {"ingress": False, "egress": False},
        "ingressDeny": [OUTSIDE],
    }


@pytest.mark.parametrize("mode", ["PERMISSIVE", "DISABLE", "UNSET"])
def test_a_mode_that_closes_nothing_writes_nothing(convert: Convert, mode: str) -> None:
    """And says what holds instead."""
    found = convert(_peer(mtls={"mode": mode}))
    assert found.names == []
    assert found.status("spec.mtls.mode") is DIFFERENT
    assert found.migration.complete


def test_a_port_may_be_open_or_closed_by_itself(convert: Convert) -> None:
    """All ports but the open one, or the strict one alone."""
    selector = {"selector": {"matchLabels": {"app": "api"}}}
    name = "CiliumNetworkPolicy shop/api-peer-authentication"
    but = convert(
        _peer(mtls={"mode": "STRICT"}, portLevelMtls={80: {"mode": "DISABLE"}}, **selector)
    )[name]["spec"]
    assert but["endpointSelector"] == {"matchLabels": {"app": "api"}}
    assert but["ingressDeny"][0]["toPorts"][0]["ports"] == [
        {"port": "1", "protocol": "TCP", "endPort": 79},
        {"port": "81", "protocol": "TCP", "endPort": 65535},
    ]
    only = convert(_peer(portLevelMtls={80: {"mode": "STRICT"}}, **selector))[name]["spec"]
    assert only["ingressDeny"][0]["toPorts"][0]["ports"] == [{"port": "80", "protocol": "TCP"}]


@pytest.mark.parametrize("kind", ["PeerAuthentication", "AuthorizationPolicy"])
def test_what_is_for_the_whole_mesh_is_not_guessed(convert: Convert, kind: str) -> None:
    """A policy for all pods would reach kube-system."""
    spec = {"mtls": {"mode": "STRICT"}} if kind == "PeerAuthentication" else {"action": "ALLOW"}
    found = convert(_object(kind, spec, "istio-system"))
    assert found.names == []
    assert all("whole mesh" in found.note(path) for path in found.lost())
    assert not found.migration.complete


def test_callers_are_named_by_namespace_and_account(convert: Convert) -> None:
    """Lists in one source must all hold, sources are alternatives."""
    rule = {
        "from": [
            _source(
                principals=["cluster.local/ns/web/sa/front", "cluster.local/ns/x/sa/y"],
                namespaces=["web"],
            ),
            _source(serviceAccounts=["jobs"]),
            _source(namespaces=["batch"]),
        ]
    }
    spec = convert(_policy(rule))[NAME]["spec"]
    namespace, account = (
        "k8s:io.kubernetes.pod.namespace",
        "k8s:io.cilium.k8s.policy.serviceaccount",
    )
    assert spec["ingress"] == [
        {
            "fromEndpoints": [
                {"matchLabels": {namespace: "web", account: "front"}},
                {"matchLabels": {namespace: "shop", account: "jobs"}},
                {"matchLabels": {namespace: "batch"}},
            ]
        }
    ]
    assert "enableDefaultDeny" not in spec


def test_everybody_the_gateway_and_addresses_are_peers_of_their_own(convert: Convert) -> None:
    """Cilium takes identities, entities and ranges in separate rules."""
    gateway = "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"
    rule = {
        "from": [
            _source(principals=["*"]),
            _source(principals=[gateway]),
            _source(ipBlocks=["203.0.113.7", "192.0.2.0/24"]),
        ]
    }
    found = convert(_policy(rule))
    assert found[NAME]["spec"]["ingress"] == [
        {"fromEntities": ["cluster", "ingress"]},
        {"fromCIDR": ["203.0.113.7/32", "192.0.2.0/24"]},
    ]
    assert "outside the cluster" in found.note("spec.rules[0].from[2].source.ipBlocks[0]")
    assert convert(_policy({}))[NAME]["spec"]["ingress"] == [{"fromEntities": ["all"]}]


def test_http_is_asked_for_in_every_combination(convert: Convert) -> None:
    """Paths are expressions that take any query, for Istio compared the path alone."""
    operation = {"methods": ["GET", "PUT"], "paths": ["/a.b", "/c/*", "*/d"], "ports": ["8080"]}
    spec = convert(_policy({"to": [{"operation": operation}]}))[NAME]["spec"]
    (asked,) = spec["ingress"][0]["toPorts"]
    assert asked["ports"] == [{"port": "8080", "protocol": "TCP"}]
    assert {(rule["method"], rule["path"]) for rule in asked["rules"]["http"]} == {
        (method, path)
        for method in ("GET", "PUT")
        for path in (r"/a\.b(\?.*)?", "/c/.*", r".*/d(\?.*)?")
    }


def test_http_without_a_port_takes_that_of_the_workloads_service(convert: Convert) -> None:
    """Cilium needs one; without the Service's manifest the rule is lost, and stays closed."""
    policy = _policy(
        {"to": [{"operation": {"methods": ["GET"]}}]}, selector={"matchLabels": {"app": "api"}}
    )
    service = """---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}
"""
    (asked,) = convert(policy + service)[NAME]["spec"]["ingress"][0]["toPorts"]
    assert asked["ports"] == [{"port": "8080", "protocol": "TCP"}]
    alone = convert(policy)
    assert alone[NAME]["spec"]["ingress"] == [{}]
    assert "need a port" in alone.note("spec.rules[0].to[0].operation.methods[0]")


@pytest.mark.parametrize(
    "rule",
    [
        {"when": [{"key": "request.headers[x]", "values": ["1"]}]},
        {"from": [_source(notNamespaces=["a"])]},
        {"from": [_source(requestPrincipals=["*"])]},
        {"from": [_source(principals=["other.domain/ns/a/sa/b"])]},
        {"from": [_source(principals=["cluster.local/ns/a*"])]},
        {"from": [_source(namespaces=["a"], ipBlocks=["192.0.2.1"])]},
        {"from": [_source()]},
        {"from": []},
        {"to": [{"operation": {"notPaths": ["/x"], "ports": ["80"]}}]},
        {"to": [{"operation": {"ports": ["http"]}}]},
        {"to": [{"operation": {"paths": ["/{*}/x"], "ports": ["80"]}}]},
        {"brandNew": 1},
    ],
)
def test_a_rule_that_cannot_be_written_closes_for_allow_and_is_loud_for_deny(
    convert: Convert, rule: dict[str, Any]
) -> None:
    """ALLOW still denies everybody else; DENY writes nothing and says that it is open."""
    allow = convert(_policy(rule))
    assert allow[NAME]["spec"]["ingress"] == [{}]
    assert not allow.migration.complete
    deny = convert(_policy(rule, action="DENY"))
    assert deny.names == []
    assert "is OPEN" in deny.note("spec.rules[0]")
    assert not deny.migration.complete


def test_a_denial_opens_nothing(convert: Convert) -> None:
    """No default beside it; methods and paths cannot be denied."""
    deny = convert(_policy({"from": [_source(namespaces=["test"])]}, action="DENY"))[NAME]["spec"]
    assert deny["enableDefaultDeny"] == {"ingress": False, "egress": False}
    assert "ingress" not in deny
    operation = {"methods": ["GET"], "ports": ["80"]}
    found = convert(_policy({"to": [{"operation": operation}]}, action="DENY"))
    assert found.status("spec.rules[0].to[0].operation.methods[0]") is LOST


@pytest.mark.parametrize("spec", [{}, None, {"action": "ALLOW"}, {"rules": []}])
def test_a_policy_without_rules_lets_nobody_in(convert: Convert, spec: Any) -> None:
    """As in Istio; the empty rule is Cilium's way to say it."""
    found = convert(_object("AuthorizationPolicy", spec))
    assert found[NAME]["spec"] == {"endpointSelector": {}, "ingress": [{}]}
    assert found.migration.complete


@pytest.mark.parametrize("action", ["AUDIT", "CUSTOM", "OTHER", 5])
def test_other_actions_are_lost(convert: Convert, action: Any) -> None:
    """Nothing of Cilium's does the like."""
    assert convert(_policy({}, action=action)).names == []
