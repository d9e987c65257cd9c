"""What was registered, as plain data."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc

UNKNOWN = rpc.UNKNOWN
COMMAND = "command:remote:Command"
SERVER = "hcloud:index/server:Server"
RELEASE = "kubernetes:helm.sh/v3:Release"
CLUSTER_SECRET = "kubernetes:core/v1:Secret"


@dataclass(frozen=True)
class Secret:
    """A value that went over the wire with the secret signature."""

    value: Any


def label(urn: str) -> str:
    """`Server dev-default-1` for the URN of that server; empty for none."""
    type_, _, name = urn.rpartition("::")
    return f"{type_.rpartition(':')[2]} {name}".strip()


@dataclass(frozen=True)
class Registration:
    """One request to register a resource, as the engine would have got it."""

    urn: str
    type: str
    name: str
    custom: bool
    parent: str
    """Label of the component that it belongs to."""
    inputs: Mapping[str, Any]
    """Secrets as `Secret`; what is not known yet as `UNKNOWN`."""
    request: Any
    """The protobuf message, for options."""

    @property
    def label(self) -> str:
        """`Server dev-default-1`: what tests call it by."""
        return label(self.urn)

    @property
    def dependencies(self) -> set[str]:
        """Labels of the resources that must exist first."""
        return {label(urn) for urn in self.request.dependencies}

    @property
    def deleted_with(self) -> str:
        """Label of the resource whose deletion makes this one's needless, or empty."""
        return label(self.request.deletedWith)

    @property
    def replacement_trigger(self) -> Any:
        """None where there is no trigger."""
        trigger = plain(self.request.replacement_trigger)
        return None if trigger == UNKNOWN else trigger


@dataclass
class Recording:
    """Everything a run registered."""

    registrations: dict[str, Registration] = field(default_factory=dict)
    """By URN."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """Stack outputs; secrets as `Secret`."""
    component_outputs: dict[str, Any] = field(default_factory=dict)
    """What components registered as outputs, by URN."""

    def __iter__(self) -> Iterator[Registration]:
        return iter(sorted(self.registrations.values(), key=lambda found: found.urn))

    def of(self, type_: str) -> list[Registration]:
        """All resources of a type, by URN; there must be one, or a loop over them would pass."""
        found = [one for one in self if one.type == type_]
        assert found, f"nothing of type {type_} was registered"
        return found

    def has(self, type_: str) -> bool:
        """Whether there is any resource of that type."""
        return any(one.type == type_ for one in self)

    def one(self, type_: str, name: str | None = None) -> Registration:
        """The only resource of that type (and name)."""
        (found,) = (one for one in self.of(type_) if name in (None, one.name))
        return found

    def command(self, name: str) -> Registration:
        """The SSH command of that name."""
        return self.one(COMMAND, name)

    def stdin(self, command: str) -> dict[str, str]:
        """The variables that a command gets, read as a shell would read them."""
        secret = self.command(command).inputs["stdin"]
        assert isinstance(secret, Secret)
        return dict(_variables(secret.value))


def _variables(text: str) -> Iterator[tuple[str, str]]:
    for word in shlex.split(text):
        name, _, value = word.partition("=")
        yield name, value


def plain(value: Any) -> Any:
    """A protobuf Struct or Value as Python values: whole numbers as int, secrets as `Secret`."""
    if isinstance(value, Struct):
        found = {key: plain(inner) for key, inner in value.fields.items()}
        return Secret(found["value"]) if rpc._special_sig_key in found else found
    match value.WhichOneof("kind"):
        case "struct_value":
            return plain(value.struct_value)
        case "list_value":
            return [plain(inner) for inner in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


def reveal(value: Any) -> Any:
    """The same without the marks of secrecy."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, Mapping):
        return {key: reveal(inner) for key, inner in value.items()}
    return [reveal(inner) for inner in value] if isinstance(value, list) else value
