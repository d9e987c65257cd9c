"""Whatever the input is: every field of it is in the report, once, and nothing else is emitted than
what the definitions take.
"""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovereign.mesh.istio.document import Settings
from sovereign.mesh.istio.ledger import leaves
from sovereign.mesh.istio.migration import Migration, convert
from sovereign.mesh.istio.reading import Source
from sovereign.mesh.istio.report import as_json
from sovereign.mesh.istio.status import Status
from tests.mesh.clusters import acceptance
from tests.mesh.istio.conversion import keeps_the_rules_of_a_route
from tests.mesh.istio.objects import junk, objects

SERVICE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "api", "namespace": "shop"},
    "spec": {"selector": {"app": "api"}, "ports": [{"name": "http", "port": 80}]},
}


def _converted(values: list[Any], *, experimental: bool = False) -> Migration:
    sources = [Source("a.yaml", (), value, {(): 1}) for value in values]
    return convert(sources, Settings(experimental=experimental))


def _accounted(migration: Migration) -> None:
    for document in migration.documents:
        entries = document.ledger.entries()
        paths = [entry.path for entry in entries]
        assert len(paths) == len(set(paths))
        assert set(leaves(document.source.value)) <= set(paths)
        for entry in entries:
            assert entry.note or entry.status in (
                Status.CONVERTED,
                Status.UNTOUCHED,
            ), f"{entry.path} is {entry.status} without a reason"
    as_json(migration)


@given(st.lists(objects(), min_size=1, max_size=3))
def test_every_field_of_any_object_is_in_the_report(found: list[dict[str, Any]]) -> None:
    """Sound or broken: nothing falls out, nothing stops the converter, each loss has its reason."""
    _accounted(_converted([*found, SERVICE]))


@given(st.lists(junk, min_size=1, max_size=3))
def test_every_field_of_anything_at_all_is_in_the_report(found: list[Any]) -> None:
    """A YAML document need not be an object."""
    _accounted(_converted(found))


@pytest.mark.parametrize("experimental", [False, True])
def test_whatever_is_emitted_is_taken_by_the_definitions(
    reference: Path, experimental: bool
) -> None:
    """Also from broken input: no form that an API server would refuse."""
    accepts = acceptance(reference, ("experimental",) if experimental else ("standard",))

    emitted: set[str] = set()

    @settings(max_examples=300)
    @given(st.lists(objects(), min_size=1, max_size=2))
    def holds(found: list[dict[str, Any]]) -> None:
        made = _converted([*found, SERVICE], experimental=experimental).manifests
        kept = [manifest for manifest in made if manifest["kind"] != "Service"]
        emitted.update(manifest["kind"] for manifest in made)
        if kept:
            accepts(kept)
        for manifest in kept:
            if manifest["kind"] == "HTTPRoute":
                keeps_the_rules_of_a_route(manifest["spec"])

    holds()
    assert {"HTTPRoute", "CiliumEnvoyConfig", "CiliumNetworkPolicy"} <= emitted


def test_a_field_that_no_converter_speaks_of_is_lost_and_says_so() -> None:
    """The rule that keeps silence from meaning success."""
    value = {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": {"name": "a", "namespace": "b", "surprise": 1},
        "spec": {"mtls": {"mode": "STRICT"}},
    }
    (document,) = _converted([value]).documents
    lost = [entry for entry in document.ledger.entries() if entry.status is Status.LOST]
    assert [entry.path for entry in lost] == [("metadata", "surprise")]
    assert "not a field that this converter knows" in lost[0].note
