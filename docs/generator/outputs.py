"""The reference of the outputs that app stacks may read, and their JSON schema."""

import json
from typing import Any

from docs.generator.table import MADE_FROM, table
from sovereign.contract import CONTRACT, CONTRACT_VERSION, OutputPromise

INTRODUCTION = """\
# Outputs

The contract with app stacks, version {version}: a name is never reused with another meaning, and
a change of meaning or type raises the version. [App stacks](../app-stacks.md) says how to read
it.

"""


def page() -> str:
    """The page as Markdown."""
    rows = [
        (f"`{promise.name}`", promise.type, "secret" if promise.secret else "", promise.meaning)
        for promise in CONTRACT
    ]
    text = MADE_FROM.format(source="sovereign/contract.py")
    text += INTRODUCTION.format(version=CONTRACT_VERSION)
    return (text + table(("output", "type", "", "meaning"), rows)).rstrip("\n") + "\n"


def schema() -> str:
    """The JSON schema of `pulumi stack output --json --show-secrets`."""
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://sovereign.example/outputs.schema.json",
        "title": f"Outputs of a Sovereign's stack, contract version {CONTRACT_VERSION}",
        "description": "What app stacks may read, as `pulumi stack output --json --show-secrets` "
        "prints it; `x-secret` marks what is secret. Other outputs may be added without a new "
        "version.",
        "type": "object",
        "properties": {promise.name: _described(promise) for promise in CONTRACT},
        "required": [promise.name for promise in CONTRACT],
    }
    return json.dumps(found, indent=2) + "\n"


def _described(promise: OutputPromise) -> dict[str, Any]:
    secret = {"x-secret": True} if promise.secret else {}
    return {
        "type": promise.type.partition(" of ")[0],
        "description": promise.meaning,
        **promise.rules,
        **secret,
    }
