"""DestinationRule: Envoy clusters, Services for subsets, and what TLS becomes."""

from typing import Any

import pytest
import yaml

from tests.mesh.istio.conversion import CONVERTED, DIFFERENT, Convert


def _service(*ports: dict[str, Any], name: str = "api") -> str:
    spec = {"selector": {"app": name}, "ports": list(ports)}
    metadata = {"name": name, "namespace": "shop"}
    return "---\n" + yaml.safe_dump(
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
    )


HTTP = _service({"name": "http", "port": 8080})


def _text(policy: dict[str, Any] | None = None, **spec: Any) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "DestinationRule",
            "metadata": {"name": "api", "namespace": "shop"},
            "spec": {"host": "api", **({"trafficPolicy": policy} if policy else {}), **spec},
        }
    )


def _cluster(manifest: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifest["spec"]["resources"][-1]
    return found


def test_limits_are_thresholds_of_the_cluster(convert: Convert) -> None:
    """Named as Envoy names them, on a cluster named namespace/service with endpoints by EDS."""
    pool = {
        "tcp": {"maxConnections": 10, "connectTimeout": "250ms", "maxConnectionDuration": "1h"},
        "http": {
            "http1MaxPendingRequests": 5,
            "http2MaxRequests": 20,
            "maxRetries": 2,
            "idleTimeout": "30s",
            "h2UpgradePolicy": "UPGRADE",
        },
    }
    found = convert(_text({"connectionPool": pool}) + HTTP)
    cluster = _cluster(found["CiliumEnvoyConfig shop/api-traffic-policy"])
    assert (cluster["name"], cluster["type"]) == ("shop/api", "EDS")
    assert cluster["eds_cluster_config"] == {"service_name": "shop/api"}
    assert cluster["connect_timeout"] == "0.25s"
    assert cluster["circuit_breakers"]["thresholds"] == [
        {
            "priority": "DEFAULT",
            "max_connections": 10,
            "max_pending_requests": 5,
            "max_requests": 20,
            "max_retries": 2,
        }
    ]
    (options,) = cluster["typed_extension_protocol_options"].values()
    assert options["common_http_protocol_options"] == {
        "max_connection_duration": "3600s",
        "idle_timeout": "30s",
    }
    assert options["explicit_http_config"] == {"http2_protocol_options": {}}
    assert not found.lost()


def test_outlier_detection_enforces_what_istio_enforced(convert: Convert) -> None:
    """Envoy counts gateway failures without acting on them, and acts on success rates unasked."""
    policy = {
        "outlierDetection": {
            "consecutive5xxErrors": 0,
            "consecutiveGatewayErrors": 3,
            "interval": "5s",
            "baseEjectionTime": "1m",
            "minHealthPercent": 30,
        }
    }
    found = convert(_text(policy) + HTTP)
    cluster = _cluster(found["CiliumEnvoyConfig shop/api-traffic-policy"])
    assert cluster["outlier_detection"] == {
        "enforcing_success_rate": 0,
        "max_ejection_percent": 10,
        "enforcing_consecutive_5xx": 0,
        "consecutive_gateway_failure": 3,
        "enforcing_consecutive_gateway_failure": 100,
        "interval": "5s",
        "base_ejection_time": "60s",
    }
    assert cluster["common_lb_config"] == {"healthy_panic_threshold": {"value": 30}}
    assert found.status("spec.trafficPolicy.outlierDetection.interval") is CONVERTED


def test_a_service_that_does_not_speak_http_gets_a_tcp_listener(convert: Convert) -> None:
    """An HTTP listener before a database would break it; HTTP limits are then lost."""
    pool = {"tcp": {"maxConnections": 10}, "http": {"maxRetries": 2}}
    database = _service({"name": "tcp-db", "port": 5432})
    found = convert(_text({"connectionPool": pool}) + database)
    listener = found["CiliumEnvoyConfig shop/api-traffic-policy"]["spec"]["resources"][0]
    (chain,) = listener["filter_chains"]
    assert chain["filters"][0]["name"] == "envoy.filters.network.tcp_proxy"
    assert found.lost() == {"spec.trafficPolicy.connectionPool.http.maxRetries"}


def test_an_unknown_service_is_taken_as_http_and_that_is_said(convert: Convert) -> None:
    """With the Service's manifest nothing is guessed."""
    policy = {"loadBalancer": {"simple": "RANDOM"}}
    found = convert(_text(policy))
    assert "taken as HTTP" in found.note("spec.trafficPolicy.loadBalancer")
    known = convert(_text(policy) + HTTP).migration.documents[0].ledger.entries()
    assert not [entry for entry in known if "taken as HTTP" in entry.note]


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ([("http", 80), ("tcp-admin", 90)], [80]),
        ([("http", 80), ("http-admin", 90)], None),
        ([("http", 80), ("admin", 90)], None),
    ],
)
def test_a_service_with_several_ports_is_redirected_at_its_http_port(
    convert: Convert, ports: list[tuple[str, int]], expected: list[int] | None
) -> None:
    """With several HTTP ports one cluster would mix their endpoints, so it is lost."""
    service = _service(*({"name": name, "port": port} for name, port in ports))
    found = convert(_text({"loadBalancer": {"simple": "RANDOM"}}) + service)
    if expected is None:
        assert found.names == []
        assert "several HTTP ports" in found.note("spec.trafficPolicy.loadBalancer.simple")
        return
    made = found["CiliumEnvoyConfig shop/api-traffic-policy"]
    assert made["spec"]["services"] == [{"name": "api", "namespace": "shop", "ports": expected}]
    assert _cluster(made)["eds_cluster_config"] == {"service_name": "shop/api:80"}


def test_a_subset_becomes_a_service_of_its_own(convert: Convert) -> None:
    """With the subset's labels beside the Service's own; its policy comes first."""
    base = {"loadBalancer": {"simple": "RANDOM"}, "connectionPool": {"http": {"maxRetries": 1}}}
    subset = {
        "name": "v2",
        "labels": {"version": "v2"},
        "trafficPolicy": {"connectionPool": {"http": {"maxRetries": 7}}},
    }
    found = convert(_text(base, subsets=[subset]) + HTTP)
    service = found["Service shop/api-v2"]["spec"]
    assert service["selector"] == {"app": "api", "version": "v2"}
    assert service["ports"] == [{"name": "http", "port": 8080}]
    cluster = _cluster(found["CiliumEnvoyConfig shop/api-v2-traffic-policy"])
    assert cluster["lb_policy"] == "RANDOM"
    assert cluster["circuit_breakers"]["thresholds"][0]["max_retries"] == 7
    general = _cluster(found["CiliumEnvoyConfig shop/api-traffic-policy"])
    assert general["circuit_breakers"]["thresholds"][0]["max_retries"] == 1


def test_a_subset_of_an_unknown_service_is_lost(convert: Convert) -> None:
    """Nobody knows which pods it means; a route to it is lost too."""
    found = convert(_text(subsets=[{"name": "v2", "labels": {"version": "v2"}}]))
    assert "manifest of Service shop/api" in found.note("spec.subsets[0].name")
    assert found.names == []


def test_a_service_that_a_route_takes_over_gets_no_second_listener(convert: Convert) -> None:
    """Cilium redirects a Service to one listener; the other would do nothing, in silence."""
    route = yaml.safe_dump(
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": {"name": "api", "namespace": "shop"},
            "spec": {"hosts": ["api"], "http": [{"route": [{"destination": {"host": "api"}}]}]},
        }
    )
    found = convert(_text({"loadBalancer": {"simple": "RANDOM"}}) + HTTP + "---\n" + route)
    assert found.names == ["HTTPRoute shop/api"]
    assert "one listener" in found.note("spec.trafficPolicy.loadBalancer.simple")


@pytest.mark.parametrize(
    ("mode", "names", "complete"),
    [
        ("DISABLE", [], True),
        ("ISTIO_MUTUAL", ["CiliumNetworkPolicy shop/api-tls"], True),
        ("SIMPLE", [], False),
        ("MUTUAL", [], False),
        ("OTHER", [], False),
    ],
)
def test_each_tls_mode_is_accounted_for(
    convert: Convert, mode: str, names: list[str], complete: bool
) -> None:
    """Istio's own certificates become: nobody from outside the cluster."""
    found = convert(_text({"tls": {"mode": mode}}) + HTTP)
    assert found.names == names
    assert found.migration.complete is complete
    if complete:
        assert found.status("spec.trafficPolicy.tls.mode") is DIFFERENT


@pytest.mark.parametrize(
    "field",
    [
        {"portLevelSettings": [{"port": {"number": 80}}]},
        {"loadBalancer": {"consistentHash": {"useSourceIp": True}}},
        {"connectionPool": {"tcp": {"maxConnections": "ten"}}},
        {"connectionPool": {"tcp": {"connectTimeout": "0s"}}},
        {"outlierDetection": {"maxEjectionPercent": 101}},
        {"brandNew": 1},
    ],
)
def test_a_setting_that_cannot_be_written_is_said(convert: Convert, field: dict[str, Any]) -> None:
    """Each by its own path."""
    lost = convert(_text(field) + HTTP).lost()
    assert lost
    assert all(path.startswith("spec.trafficPolicy.") for path in lost)


@pytest.mark.parametrize("host", ["www.example.com", "*.shop.svc.cluster.local", "", 5])
def test_a_host_that_is_no_service_is_lost(convert: Convert, host: Any) -> None:
    """A CiliumEnvoyConfig needs a Service."""
    text = _text({"loadBalancer": {"simple": "RANDOM"}}, host=host)
    assert convert(text).names == []
