"""plugin/schema.json: what the component provider says of itself, and what it may hold."""

import json
import os
from collections.abc import Iterator
from typing import Any

from rehearsal.runtime.component_provider import ComponentProvider
from sovereign import __version__
from sovereign.config import ClusterConfig
from sovereign.contract import CONTRACT
from sovereign.hosted.provider import NAME, schema
from sovereign.hosted.sections import keys, sections
from tests.configurations import ROOT
from tests.conftest import Golden

FILE = ROOT / "plugin" / "schema.json"
SCHEMA: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
COMPONENT = SCHEMA["resources"]["sovereign:index:Sovereign"]


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def properties(section: str) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["types"][f"sovereign:index:{section}"]
    return found


def test_the_committed_schema_is_the_providers(golden: Golden) -> None:
    """A stale file fails: write it anew with `python -m docs.generator`."""
    golden(FILE, dict(schema()))


def test_the_served_schema_is_the_committed_one() -> None:
    """As the plugin's own process answers an engine, not as this one does."""
    served = ComponentProvider(NAME, FILE.parent, "127.0.0.1:1", os.environ, lambda *_: None)
    try:
        assert json.loads(served.schema()) == SCHEMA
    finally:
        served.close()


def test_it_carries_the_release() -> None:
    """For packages made from it."""
    assert SCHEMA["version"] == __version__
    assert SCHEMA["name"] == NAME


def test_the_arguments_are_the_configuration_model() -> None:
    """Each section with exactly its keys, required where there is no default."""
    for section in sections(ClusterConfig):
        described = properties(section.__name__)
        fields = dict(keys(section))
        assert set(described["properties"]) == set(fields)
        required = {key for key, field in fields.items() if field.is_required()}
        assert set(described.get("required", ())) == required, section.__name__


def test_the_outputs_are_the_contract() -> None:
    """Names, types, meaning; secret is what the contract calls so."""
    outputs = COMPONENT["properties"]
    assert set(outputs) == {promise.name for promise in CONTRACT}
    assert COMPONENT["required"] == sorted(outputs)
    for promise in CONTRACT:
        output = outputs[promise.name]
        assert output["type"] == {"array of string": "array"}.get(promise.type, promise.type)
        assert output["description"] == promise.meaning
        assert output.get("secret", False) is promise.secret


def test_addresses_are_texts() -> None:
    """Where the contract says what an object holds, packages made from the schema say it, too."""
    for name in ("controlPlanePrivateIps", "workerPrivateIps"):
        assert COMPONENT["properties"][name]["additionalProperties"] == {"type": "string"}


def test_seed_and_token_are_secret_and_may_be_outputs() -> None:
    """Everything else is plain: what a cluster is made of is decided before anything exists."""
    inputs = COMPONENT["inputProperties"]
    assert {name for name, one in inputs.items() if one.get("secret")} == {"seed", "hcloudToken"}
    assert {name for name, one in inputs.items() if not one.get("plain")} == {"seed", "hcloudToken"}
    assert COMPONENT["requiredInputs"] == ["cluster", "operatorCidrs", "seed"]
    for type_ in SCHEMA["types"].values():
        assert all(one["plain"] for one in type_.get("properties", {}).values())


def test_there_is_no_list_of_enumerations() -> None:
    """The host of pulumi 3.272 turns `list[Enum]` into a list of empty objects."""
    words = {name for name, one in SCHEMA["types"].items() if "enum" in one}
    assert "sovereign:index:TaintEffect" in words
    for found in walk(SCHEMA):
        item = found.get("items")
        if isinstance(item, dict):
            assert item.get("$ref", "").removeprefix("#/types/") not in words


def test_texts_and_defaults_come_from_the_configuration() -> None:
    """Also those of fields that sections share."""
    encryption = properties("EncryptionConfig")["properties"]
    assert encryption["strictMode"]["description"] == (
        "Drop pod traffic that would leave a node unencrypted. Default: false."
    )
    pool = properties("PoolConfig")["properties"]
    assert pool["serverType"]["description"].endswith('Default: "cpx32".')
    assert pool["labels"]["description"].startswith("Kubernetes node labels")
    assert [word["value"] for word in properties("ClusterApiServerAddress")["enum"]] == [
        "control-plane-ip",
        "node-local",
    ]
