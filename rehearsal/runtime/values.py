"""Property values as the runtime holds them, and their form on Pulumi's wire.

A value is plain data (dict, list, str, int, float, bool, None) in which three things may stand at
any depth: `UNKNOWN` (not known before the cloud answers), `Secret` and `ResourceReference`.
Source of the signatures: pulumi 3.272, `pulumi/runtime/rpc.py`.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf import struct_pb2

UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How an unknown value is spelled on the wire and towards policy packs."""
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"
RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
MASK: Final = "[secret]"
SHORTEST_MASKED_TEXT: Final = 6
"""Characters. Shorter secrets ("1", "true") would mask half of every message."""


class Unknown:
    """The one value that is not known yet. Use the constant `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that is encrypted in the state and masked wherever it is shown."""

    value: Any = field(repr=False)


@dataclass(frozen=True)
class ResourceReference:
    """A whole resource passed as a value."""

    urn: str
    id: str | None
    """None for a component; empty while the id is unknown."""


Properties = dict[str, Any]


def from_wire(value: struct_pb2.Value) -> Any:
    """Read one protobuf value; whole numbers come back as int, as providers expect them."""
    match value.WhichOneof("kind"):
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            text = value.string_value
            return UNKNOWN if text == UNKNOWN_TEXT else text
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return _from_object(value.struct_value)
        case "list_value":
            return [from_wire(item) for item in value.list_value.values]
        case _:
            return None


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Read the properties of a message."""
    return {key: from_wire(item) for key, item in struct.fields.items()}


def _from_object(struct: struct_pb2.Struct) -> Any:
    signature = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else ""
    if signature == SECRET_SIGNATURE:
        return Secret(from_wire(struct.fields["value"]))
    if signature == OUTPUT_SIGNATURE:
        known = "value" in struct.fields
        value = from_wire(struct.fields["value"]) if known else UNKNOWN
        secret = "secret" in struct.fields and struct.fields["secret"].bool_value
        return Secret(value) if secret else value
    if signature == RESOURCE_SIGNATURE:
        identity = struct.fields["id"].string_value if "id" in struct.fields else None
        if identity == UNKNOWN_TEXT:
            identity = ""
        return ResourceReference(struct.fields["urn"].string_value, identity)
    return from_struct(struct)


def to_wire(value: Any) -> struct_pb2.Value:
    """Write one value for a message."""
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=float(value))
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=UNKNOWN_TEXT)
    if isinstance(value, Secret):
        envelope = {SIGNATURE: SECRET_SIGNATURE, "value": value.value}
        return struct_pb2.Value(struct_value=to_struct(envelope))
    if isinstance(value, ResourceReference):
        reference: Properties = {SIGNATURE: RESOURCE_SIGNATURE, "urn": value.urn}
        if value.id is not None:
            reference["id"] = value.id
        return struct_pb2.Value(struct_value=to_struct(reference))
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=to_struct(value))
    if isinstance(value, list | tuple):
        items = [to_wire(item) for item in value]
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=items))
    raise TypeError(f"a {type(value).__name__} has no form on the wire")


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Write the properties of a message."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        struct.fields[key].CopyFrom(to_wire(value))
    return struct


def plain(value: Any) -> Any:
    """The same value without secret envelopes: what a driver works with."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def physical(value: Any) -> Any:
    """The same value with whole resources replaced by their ids: what a provider is given."""
    if isinstance(value, ResourceReference):
        if value.id is None:
            return value.urn
        return value.id or UNKNOWN
    if isinstance(value, Secret):
        return Secret(physical(value.value))
    if isinstance(value, Mapping):
        return {key: physical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [physical(item) for item in value]
    return value


def walk(value: Any) -> Iterator[Any]:
    """Every value inside `value`, itself first."""
    yield value
    if isinstance(value, Secret):
        yield from walk(value.value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


def has_unknown(value: Any) -> bool:
    """Whether anything inside is not known yet."""
    return any(isinstance(item, Unknown) for item in walk(value))


def has_secret(value: Any) -> bool:
    """Whether anything inside is secret."""
    return any(isinstance(item, Secret) for item in walk(value))


def secret_texts(value: Any) -> set[str]:
    """The texts inside secrets that are long enough to be searched for in messages."""
    return {
        text
        for secret in walk(value)
        if isinstance(secret, Secret)
        for text in walk(secret.value)
        if isinstance(text, str) and len(text) >= SHORTEST_MASKED_TEXT and not _is_address(text)
    }


def _is_address(text: str) -> bool:
    """The command SDK wraps a whole connection as secret; its host is what an operator needs."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def as_secret(value: Any) -> Secret:
    """Wrap a value once."""
    return value if isinstance(value, Secret) else Secret(plain(value))


def secrets_like(outputs: Any, inputs: Any) -> Any:
    """Mark in `outputs` what is secret at the same place in `inputs`.

    Where the shapes differ below a place that holds a secret, the whole place becomes secret. A
    secret inside a secret stays one: the real engine keeps both, and its providers see the
    difference.
    """
    if isinstance(inputs, Secret):
        bare = outputs.value if isinstance(outputs, Secret) else outputs
        return Secret(secrets_like(bare, inputs.value))
    if not has_secret(inputs):
        return outputs
    if isinstance(outputs, dict) and isinstance(inputs, Mapping):
        return {
            key: secrets_like(item, inputs[key]) if key in inputs else item
            for key, item in outputs.items()
        }
    if isinstance(outputs, list) and isinstance(inputs, list) and len(outputs) == len(inputs):
        return [secrets_like(item, like) for item, like in zip(outputs, inputs, strict=True)]
    return as_secret(outputs)
