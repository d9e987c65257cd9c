"""The configuration that a DestinationRule becomes, loaded by a real Envoy."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.mesh.envoy.process import validate
from tests.mesh.istio.conversion import Convert

SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{name: PROTOCOL, port: 8080}]}
"""
POLICIES: dict[str, dict[str, Any]] = {
    "everything": {
        "connectionPool": {
            "tcp": {
                "maxConnections": 10,
                "connectTimeout": "250ms",
                "maxConnectionDuration": "1h",
                "tcpKeepalive": {"probes": 3, "time": "7200s", "interval": "75s"},
            },
            "http": {
                "http1MaxPendingRequests": 5,
                "http2MaxRequests": 20,
                "maxRetries": 2,
                "maxRequestsPerConnection": 10,
                "idleTimeout": "30s",
                "maxConcurrentStreams": 100,
            },
        },
        "outlierDetection": {
            "consecutive5xxErrors": 5,
            "consecutiveGatewayErrors": 3,
            "consecutiveLocalOriginFailures": 2,
            "splitExternalLocalOriginErrors": True,
            "interval": "10s",
            "baseEjectionTime": "30s",
            "maxEjectionPercent": 50,
            "minHealthPercent": 30,
        },
        "loadBalancer": {"simple": "LEAST_REQUEST"},
    },
    "client's protocol": {"connectionPool": {"http": {"useClientProtocol": True}}},
    "client's protocol with streams": {
        "connectionPool": {"http": {"useClientProtocol": True, "maxConcurrentStreams": 9}}
    },
    "upgrade": {"connectionPool": {"http": {"h2UpgradePolicy": "UPGRADE"}}},
    "nothing ejected": {"outlierDetection": {"consecutive5xxErrors": 0}},
    "random": {"loadBalancer": {"simple": "RANDOM"}},
}


def _made(convert: Convert, policy: dict[str, Any], protocol: str) -> dict[str, Any]:
    text = yaml.safe_dump(
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "DestinationRule",
            "metadata": {"name": "api", "namespace": "shop"},
            "spec": {"host": "api", "trafficPolicy": policy},
        }
    )
    found = convert(text + SERVICE.replace("PROTOCOL", protocol))
    return found["CiliumEnvoyConfig shop/api-traffic-policy"]


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("protocol", ["http", "tcp"])
def test_envoy_takes_every_traffic_policy(
    convert: Convert, tmp_path: Path, name: str, protocol: str
) -> None:
    """Each field that the converter can write, for HTTP and for TCP."""
    result = validate(_made(convert, POLICIES[name], protocol), tmp_path)
    assert result.returncode == 0, result.stderr[-2000:]


def test_envoy_would_refuse_a_field_of_another_name(convert: Convert, tmp_path: Path) -> None:
    """So that the test above can fail."""
    made = _made(convert, POLICIES["random"], "http")
    made["spec"]["resources"][-1]["outlier_detection"] = {"consecutiveErrors": 5}
    assert validate(made, tmp_path).returncode != 0
