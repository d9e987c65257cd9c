"""Where a route is attached, and what of its metadata goes over."""

import yaml

from tests.mesh.istio.conversion import CONVERTED, DIFFERENT, TO_API, Convert, virtual_service


def test_a_route_at_a_gateway_and_in_the_mesh_becomes_two(convert: Convert) -> None:
    """Host names are for the gateway, the Service for callers inside; rules are the same."""
    hosts = ["api", "api.example.com"]
    found = convert(virtual_service(TO_API, hosts=hosts, gateways=["edge/public", "mesh"]))
    outside = found["HTTPRoute shop/api"]["spec"]
    inside = found["HTTPRoute shop/api-mesh"]["spec"]
    assert outside["parentRefs"] == [{"name": "public", "namespace": "edge"}]
    assert outside["hostnames"] == hosts
    assert inside["parentRefs"] == [{"group": "", "kind": "Service", "name": "api"}]
    assert "hostnames" not in inside
    assert outside["rules"] == inside["rules"]


def test_hosts_of_a_gateway_are_never_widened(convert: Convert) -> None:
    """`*` means all hosts and is written so; a host that cannot be written does not mean all."""
    every = convert(virtual_service(TO_API, hosts=["*"], gateways=["public"]))["HTTPRoute shop/api"]
    assert "hostnames" not in every["spec"]
    assert convert(virtual_service(TO_API, hosts=["UPPER_case"], gateways=["public"])).names == []


def test_a_service_of_another_namespace_is_routed_from_there(convert: Convert) -> None:
    """Cilium has producer routes only; hosts outside the cluster are nobody's Service."""
    foreign = convert(virtual_service(TO_API, hosts=["api.other.svc.cluster.local"]))
    assert foreign.names == []
    mixed = convert(virtual_service(TO_API, hosts=["api", "api.other.svc.cluster.local"]))
    assert "move it to other" in mixed.note("spec.hosts[1]")
    assert mixed.names == ["HTTPRoute shop/api"]


def test_labels_go_over_and_what_others_wrote_does_not(convert: Convert) -> None:
    """kubectl's own annotation and Istio's are removed; the namespace may be told."""
    text = yaml.safe_load(virtual_service(TO_API))
    text["metadata"] = {
        "name": "api",
        "uid": "1",
        "labels": {"team": "web"},
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "{}",
            "meta.istio.io/x": "1",
            "note": "kept",
        },
    }
    found = convert(yaml.safe_dump(text), namespace="prod")
    metadata = found["HTTPRoute prod/api"]["metadata"]
    assert metadata["labels"] == {"team": "web"}
    assert metadata["annotations"] == {"note": "kept"}
    assert found.status("metadata.uid") is DIFFERENT
    assert "--namespace" in found.note("metadata.namespace")
    assert found.status("metadata.labels.team") is CONVERTED
    assert not found.lost()
