"""The validator itself: it refuses what an API server refuses, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from tests.mesh.clusters import cluster
from tests.mesh.definitions import strict


def _route(**rule: Any) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"rules": [{"backendRefs": [{"name": "c", "port": 1}], **rule}]},
    }


def test_an_unknown_field_is_refused_with_its_path(reference: Path) -> None:
    """A field that the schema does not name would be pruned without a word."""
    found = cluster(reference, "1.20.2", "standard").errors(_route(retries=3))
    assert len(found) == 1
    assert found[0].startswith("$.spec.rules[0]")
    assert "retries" in found[0]


def test_retry_is_a_field_of_the_experimental_channel_only(reference: Path) -> None:
    """The reason why the builder asks for the channel."""
    route = _route(retry={"attempts": 3, "codes": [503]})
    assert cluster(reference, "1.20.2", "experimental").errors(route) == []
    assert "retry" in cluster(reference, "1.20.2", "standard").errors(route)[0]


def test_free_fields_stay_free_where_the_definition_says_so(reference: Path) -> None:
    """Envoy resources take any field: they are checked by Envoy, not by the API server."""
    config = {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumEnvoyConfig",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"resources": [{"@type": "x", "anything": {"at": ["all"]}}]},
    }
    assert cluster(reference, "1.20.2", "standard").errors(config) == []


@pytest.mark.parametrize("namespace", ["b", None])
def test_an_object_has_a_namespace_exactly_where_its_kind_has_one(
    reference: Path, namespace: str | None
) -> None:
    """A cluster-wide policy with a namespace, or a policy without, is a mistake."""
    kind = "CiliumClusterwideNetworkPolicy" if namespace else "CiliumNetworkPolicy"
    metadata = {"name": "a", **({"namespace": namespace} if namespace else {})}
    policy = {
        "apiVersion": "cilium.io/v2",
        "kind": kind,
        "metadata": metadata,
        "spec": {"endpointSelector": {}, "ingress": [{}]},
    }
    scope = "Cluster" if namespace else "Namespaced"
    assert cluster(reference, "1.20.2", "standard").errors(policy) == [f"{kind} is {scope}"]


def test_an_unknown_version_is_refused(reference: Path) -> None:
    """A version that is defined but not served does not exist for a client."""
    route = {**_route(), "apiVersion": "gateway.networking.k8s.io/v1alpha2"}
    errors = cluster(reference, "1.20.2", "standard").errors(route)
    assert errors == ["no served definition of gateway.networking.k8s.io/v1alpha2 HTTPRoute"]


def test_a_number_or_a_text_are_both_taken_where_both_are_meant() -> None:
    """`x-kubernetes-int-or-string` has no type of its own."""
    schema = strict({"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}]})
    assert schema["type"] == ["integer", "string"]
