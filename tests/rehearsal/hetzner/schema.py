"""Hetzner's API description as JSON Schema, with the changes it does not know yet."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

Json = dict[str, Any]

EXCEPTIONS = Path(__file__).with_name("schema_exceptions.yaml")


class Description:
    """Validators for the requests and answers of each call."""

    def __init__(self, document: Json) -> None:
        exceptions = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
        self._document = _convert(document)
        self.new_calls: set[tuple[str, str]] = set()
        """Calls younger than the description."""
        for exception in exceptions:
            assert exception["date"], exception
            assert exception["reason"], exception
            if "call" not in exception:
                _apply(self._document, exception)
                continue
            method, path = exception["call"].split()
            if exception["change"] == "new":
                self.new_calls.add((method, path))
            else:
                responses = self._operation(method, path)["responses"]
                schema = {"$ref": f"#/components/schemas/{exception['schema']}"}
                content = {"application/json": {"schema": schema}}
                responses[str(exception["status"])] = {"content": content}

    def answer(self, method: str, path: str, status: int) -> Validator | None:
        """The validator of an answer's body; None where the description has no body."""
        responses = self._operation(method, path)["responses"]
        family = f"{status // 100}xx"
        assert str(status) in responses or family in responses, f"{method} {path}: {status}"
        return self._validator(responses.get(str(status)) or responses[family])

    def request(self, method: str, path: str) -> Validator | None:
        """The validator of a request's body; None where there is none."""
        body = self._operation(method, path).get("requestBody")
        return self._validator(body) if body else None

    def properties(self, method: str, path: str) -> tuple[Json, list[str]]:
        """Properties and required properties of a request's body."""
        schema = self.request_schema(method, path)
        while "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema.get("properties", {}), schema.get("required", [])

    def request_schema(self, method: str, path: str) -> Json:
        """The schema of a request's body."""
        body = self._operation(method, path).get("requestBody", {})
        schema: Json = body.get("content", {}).get("application/json", {}).get("schema", {})
        return schema

    def _operation(self, method: str, path: str) -> Json:
        operation: Json = self._document["paths"][path][method.lower()]
        return operation

    def _validator(self, content: Json) -> Validator | None:
        schema = content.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return None
        return Draft202012Validator({**schema, "components": self._document["components"]})


@cache
def description(reference: Path) -> Description:
    """The description in the reference data."""
    text = (reference / "hetzner" / "hcloud.json").read_text(encoding="utf-8")
    return Description(json.loads(text))


def _convert(value: Any) -> Any:
    """OpenAPI 3.0 to JSON Schema: ``nullable`` becomes a type."""
    if isinstance(value, list):
        return [_convert(item) for item in value]
    if not isinstance(value, dict):
        return value
    converted = {name: _convert(item) for name, item in value.items()}
    if converted.pop("nullable", False) is not True:
        return converted
    return {"anyOf": [converted, {"type": "null"}]}


def _apply(value: Any, exception: Json) -> None:
    """Change every schema that has the exception's property."""
    if isinstance(value, list):
        for item in value:
            _apply(item, exception)
    if not isinstance(value, dict):
        return
    properties = value.get("properties")
    name = exception["property"]
    if isinstance(properties, dict) and name in properties:
        _change(value, name, exception)
    for item in value.values():
        _apply(item, exception)


def _change(schema: Json, name: str, exception: Json) -> None:
    if exception["change"] == "gone" and name in schema.get("required", []):
        schema["required"] = [other for other in schema["required"] if other != name]
    if exception["change"] == "value":
        schema["properties"][name]["enum"].append(exception["value"])
    if exception["change"] == "integer too":
        _also_integer(schema["properties"][name])


def _also_integer(schema: Json) -> None:
    if schema.get("type") == "array":
        _also_integer(schema["items"])
    elif schema.get("type") == "string":
        schema["type"] = ["string", "integer"]
