"""The way in: Gateway, routes, Hetzner's load balancer, and retries only where they are real."""

from pathlib import Path
from typing import Any

import pytest

from sovereign.mesh import HetznerLoadBalancer, RouteRetry, gateway, grpc_route, http_route
from sovereign.problems import ConfigError
from tests.mesh.clusters import Accepts, acceptance

ROUTE: dict[str, Any] = {
    "service": "shop/api-service",
    "port": 8080,
    "gateway": "gateway/cilium-gateway",
    "path": "/api",
}
RETRY = RouteRetry(attempts=3, backoff="100ms", codes=(502, 503, 504))


def _refused(build: Any, **arguments: Any) -> dict[str, str]:
    with pytest.raises(ConfigError) as refused:
        build(**arguments)
    return {problem.path: problem.rule for problem in refused.value.problems}


def test_the_requirements_gateway() -> None:
    """cilium-gateway of class cilium: HTTPS on 443, TLS ended with tls-secret."""
    (made,) = gateway(namespace="gateway")
    (listener,) = made["spec"]["listeners"]
    assert (made["metadata"]["name"], made["spec"]["gatewayClassName"]) == (
        "cilium-gateway",
        "cilium",
    )
    assert (listener["protocol"], listener["port"]) == ("HTTPS", 443)
    assert listener["tls"] == {
        "mode": "Terminate",
        "certificateRefs": [{"kind": "Secret", "name": "tls-secret"}],
    }


def test_routes_of_the_same_namespace_only_unless_namespaces_are_named() -> None:
    """Nobody attaches to a Gateway by chance."""
    (closed,) = gateway(namespace="gateway")
    (wider,) = gateway(namespace="gateway", route_namespaces={"gateway": "public"})
    assert closed["spec"]["listeners"][0]["allowedRoutes"] == {"namespaces": {"from": "Same"}}
    assert wider["spec"]["listeners"][0]["allowedRoutes"]["namespaces"] == {
        "from": "Selector",
        "selector": {"matchLabels": {"gateway": "public"}},
    }


def test_a_certificate_of_another_namespace_comes_with_its_grant(accepts: Accepts) -> None:
    """Without the ReferenceGrant the listener has no certificate."""
    made = gateway(namespace="gateway", certificate_namespace="certificates", hostname="*.a.b")
    accepts(made)
    main, grant = made
    reference = {"kind": "Secret", "name": "tls-secret", "namespace": "certificates"}
    assert main["spec"]["listeners"][0]["tls"]["certificateRefs"] == [reference]
    assert grant["metadata"]["namespace"] == "certificates"
    assert grant["spec"]["from"][0]["namespace"] == "gateway"
    assert grant["spec"]["to"] == [{"group": "", "kind": "Secret", "name": "tls-secret"}]


def test_the_load_balancer_is_told_by_annotations(accepts: Accepts) -> None:
    """The cloud controller creates none without a location."""
    chosen = HetznerLoadBalancer(location="hel1", type="lb21", name="shop")
    made = gateway(namespace="gateway", load_balancer=chosen)
    accepts(made)
    annotations = made[0]["spec"]["infrastructure"]["annotations"]
    prefix = "load-balancer.hetzner.cloud"
    assert annotations[f"{prefix}/location"] == "hel1"
    assert annotations[f"{prefix}/type"] == "lb21"
    assert annotations[f"{prefix}/name"] == "shop"
    assert annotations[f"{prefix}/use-private-ip"] == "true"


def test_without_a_load_balancer_there_are_no_annotations(accepts: Accepts) -> None:
    """For clusters elsewhere."""
    made = gateway(namespace="gateway", load_balancer=None)
    accepts(made)
    assert "infrastructure" not in made[0]["spec"]


def test_the_requirements_http_route() -> None:
    """app-route: PathPrefix /api to api-service:8080, request timeout 30 s."""
    (made,) = http_route(**ROUTE)
    assert made["metadata"] == {"name": "app-route", "namespace": "shop"}
    assert made["spec"]["parentRefs"] == [{"name": "cilium-gateway", "namespace": "gateway"}]
    assert made["spec"]["rules"] == [
        {
            "matches": [{"path": {"type": "PathPrefix", "value": "/api"}}],
            "backendRefs": [{"name": "api-service", "port": 8080}],
            "timeouts": {"request": "30s"},
        }
    ]


def test_the_requirements_retry_on_the_experimental_channel(reference: Path) -> None:
    """3 attempts, 100 ms backoff, with the codes that it needs; the real definition takes it, and
    the standard one would not.
    """
    made = http_route(**ROUTE, retry=RETRY, channel="experimental")
    acceptance(reference, ("experimental",))(made)
    assert made[0]["spec"]["rules"][0]["retry"] == {
        "codes": [502, 503, 504],
        "attempts": 3,
        "backoff": "100ms",
    }
    with pytest.raises(pytest.fail.Exception, match="retry"):
        acceptance(reference, ("standard",))(made)


@pytest.mark.parametrize(
    ("more", "path", "reason"),
    [
        ({"retry": RETRY}, "http-route.retry", "drops it without a word"),
        (
            {"retry": RETRY, "channel": "experimental", "cilium_line": "1.19"},
            "http-route.cilium_line",
            "1.19 ignores it",
        ),
        (
            {"retry": RouteRetry(codes=()), "channel": "experimental"},
            "http-route.retry.codes",
            "only failed connections",
        ),
        (
            {"timeout": "5s", "backend_timeout": "6s"},
            "http-route.backend_timeout",
            "one try cannot take longer",
        ),
        ({"timeout": "30"}, "http-route.timeout", "must be a duration"),
        ({"path": "api"}, "http-route.path", "begins with '/'"),
        ({"hostnames": ["a"] * 17}, "http-route.hostnames", "at most 16"),
        ({"service": "api"}, "http-route.service", "namespace/name"),
        ({"gateway": "public"}, "http-route.gateway", "namespace/name"),
        ({"port": 65536}, "http-route.port", "a port from 1 to 65535"),
    ],
)
def test_what_would_be_inert_or_invalid_is_refused(
    more: dict[str, Any], path: str, reason: str
) -> None:
    """With the reason."""
    found = _refused(http_route, **{**ROUTE, **more})
    assert list(found) == [path]
    assert reason in found[path]


def test_a_try_may_take_as_long_as_the_request(accepts: Accepts) -> None:
    """Equal lengths, whatever their units."""
    made = http_route(**ROUTE, timeout="1m", backend_timeout="60s", hostnames=["shop.example.com"])
    accepts(made)
    assert made[0]["spec"]["hostnames"] == ["shop.example.com"]


def test_a_grpc_route_matches_a_service_and_a_method(accepts: Accepts) -> None:
    """Or takes every call."""
    common: dict[str, Any] = {
        "service": "shop/orders",
        "port": 9090,
        "gateway": "gateway/cilium-gateway",
    }
    named = grpc_route(**common, grpc_service="shop.v1.Orders", grpc_method="Place")
    every = grpc_route(**common, name="every")
    accepts([*named, *every])
    match = {"type": "Exact", "service": "shop.v1.Orders", "method": "Place"}
    assert named[0]["spec"]["rules"][0]["matches"] == [{"method": match}]
    assert "matches" not in every[0]["spec"]["rules"][0]


def test_problems_of_a_gateway_are_said_at_once() -> None:
    """Each with its path."""
    bad: Any = HetznerLoadBalancer(location="nyc1", type="big", name="A")  # type: ignore[arg-type]
    found = _refused(
        gateway,
        namespace="G",
        name="a.b",
        certificate="-",
        certificate_namespace="C",
        hostname="*.*.a",
        route_namespaces={},
        load_balancer=bad,
    )
    assert list(found) == [
        "gateway.namespace",
        "gateway.name",
        "gateway.certificate",
        "gateway.certificate_namespace",
        "gateway.hostname",
        "gateway.route_namespaces",
        "gateway.load_balancer.location",
        "gateway.load_balancer.type",
        "gateway.load_balancer.name",
    ]
    calls = {"service": "a", "port": 0, "gateway": "b", "grpc_service": "1", "grpc_method": "-"}
    assert len(_refused(grpc_route, **calls)) == 5
