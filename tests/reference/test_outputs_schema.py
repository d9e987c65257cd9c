"""docs/outputs.schema.json, made from `sovereign.contract`: what it holds, and what it refuses."""

import json
from typing import Any

import jsonschema
import pytest

from docs.generator.outputs import schema
from sovereign.contract import CONTRACT, CONTRACT_VERSION
from tests.configurations import HIGHLY_AVAILABLE, ROOT, dev
from tests.recording import record, reveal

SCHEMA: dict[str, Any] = json.loads(
    (ROOT / "docs" / "outputs.schema.json").read_text(encoding="utf-8")
)
JSON_TYPES = {"array of string": "array"}


def test_it_is_what_the_contract_says() -> None:
    """`python -m docs.generator` would change nothing."""
    assert (ROOT / "docs" / "outputs.schema.json").read_text(encoding="utf-8") == schema()


def test_it_holds_exactly_the_promised_outputs() -> None:
    """Name, type, meaning and secrecy of each; all of them are required; the version is fixed."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["required"] == [promise.name for promise in CONTRACT]
    assert list(SCHEMA["properties"]) == SCHEMA["required"]
    for promise in CONTRACT:
        described = SCHEMA["properties"][promise.name]
        assert described["type"] == JSON_TYPES.get(promise.type, promise.type)
        assert described["description"] == promise.meaning
        assert described.get("x-secret", False) is promise.secret
    assert SCHEMA["properties"]["contractVersion"]["const"] == CONTRACT_VERSION


@pytest.mark.parametrize(
    "cluster", [dev(), dev(pools={}), HIGHLY_AVAILABLE], ids=["dev", "single", "available"]
)
def test_what_the_program_exports_fits_it(cluster: dict[str, Any]) -> None:
    """Of three shapes of a cluster."""
    jsonschema.validate(reveal(record(cluster).outputs), SCHEMA)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contractVersion", 2),
        ("apiEndpoint", "10.0.1.2"),
        ("podCidr", "10.42.0.0"),
        ("k3sVersion", "stable"),
        ("encryption", {"type": "wireguard"}),
        ("kubeconfig", None),
    ],
)
def test_another_value_does_not_fit(name: str, value: Any) -> None:
    """The schema refuses what would break a reader."""
    outputs = {**reveal(record(dev()).outputs), name: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(outputs, SCHEMA)
