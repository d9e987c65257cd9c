"""What the plugin says of itself, and the Sovereign for programs in TypeScript made from it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sovereign.hosted.provider import schema

TOKEN = "sovereign:index:Sovereign"
WORDS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}

HEAD = """\
// Made like plugin/schema.json by `python -m docs.generator`; edit sovereign/config.py instead.
//
// A Sovereign for TypeScript: the component that ../../plugin serves, with types for its arguments
// and outputs. It sends what the SDK sends that `pulumi package add ../../plugin` writes.

import * as pulumi from "@pulumi/pulumi";

"""
CLASS = """\
/** {description} */
export class Sovereign extends pulumi.ComponentResource {{
{outputs}

    constructor(name: string, args: SovereignArgs, opts: pulumi.ComponentResourceOptions = {{}}) {{
        const outputs = Object.fromEntries(OUTPUTS.map((output) => [output, undefined]));
        const secret = {{
{secrets}
        }};
        super("{token}", name, {{ ...outputs, ...args, ...secret }}, opts, true /* remote */);
    }}
}}

/** The SDK makes a property of each of them, filled when the plugin has answered. */
const OUTPUTS = [
{names}
];
"""


def package() -> str:
    """plugin/schema.json."""
    return json.dumps(schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def module() -> str:
    """The wrapper."""
    described = schema()
    component = described["resources"][TOKEN]
    types = "".join(_type(name, one) for name, one in sorted(described["types"].items()))
    arguments = {
        "properties": component["inputProperties"],
        "required": component["requiredInputs"],
        "description": "What a Sovereign is made of.",
    }
    outputs = dict(sorted(component["properties"].items()))
    secrets = [name for name, one in arguments["properties"].items() if one.get("secret")]
    return (
        HEAD
        + types
        + _interface("SovereignArgs", arguments)
        + CLASS.format(
            token=TOKEN,
            description=component["description"],
            outputs="\n".join(_output(name, one) for name, one in outputs.items()),
            secrets="\n".join(
                f"            {name}: args.{name} && pulumi.secret(args.{name}),"
                for name in secrets
            ),
            names="\n".join(f'    "{name}",' for name in outputs),
        )
    )


def _type(token: str, described: Mapping[str, Any]) -> str:
    name = token.split(":")[-1]
    if "enum" not in described:
        return _interface(name, described)
    values = " | ".join(json.dumps(one["value"]) for one in described["enum"])
    return f"export type {name} = {values};\n\n"


def _interface(name: str, described: Mapping[str, Any]) -> str:
    lines = [
        *_comment("", described),
        f"export interface {name} {{",
        *_properties(described),
        "}",
    ]
    return "\n".join(lines) + "\n\n"


def _properties(described: Mapping[str, Any]) -> Iterator[str]:
    for key, one in sorted(described.get("properties", {}).items()):
        yield from _comment("    ", one)
        mark = "" if key in described.get("required", ()) else "?"
        word = _word(one)
        yield f"    {key}{mark}: {word if one.get('plain') else f'pulumi.Input<{word}>'};"


def _output(name: str, described: Mapping[str, Any]) -> str:
    line = f"    declare readonly {name}: pulumi.Output<{_word(described)}>;"
    return "\n".join([*_comment("    ", described), line])


def _comment(indent: str, described: Mapping[str, Any]) -> list[str]:
    text = described.get("description")
    return [f"{indent}/** {text} */"] if text else []


def _word(described: Mapping[str, Any]) -> str:
    reference = described.get("$ref", "")
    if reference == "pulumi.json#/Any":
        return "unknown"
    if reference:
        return str(reference.split(":")[-1])
    if described["type"] == "array":
        return f"{_word(described['items'])}[]"
    if described["type"] == "object":
        return f"Record<string, {_word(described['additionalProperties'])}>"
    return WORDS[described["type"]]
