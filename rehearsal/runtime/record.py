"""What the state says about one resource, in Pulumi's checkpoint format (version 3)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from rehearsal.runtime import urn as urns
from rehearsal.runtime.cipher import Cipher
from rehearsal.runtime.values import (
    SECRET_SIGNATURE,
    SIGNATURE,
    Properties,
    ResourceReference,
    Secret,
)


@dataclass(frozen=True)
class Record:
    """One resource of the state. Immutable: a change makes a new record."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    inputs: Properties = field(default_factory=dict, repr=False)
    outputs: Properties = field(default_factory=dict, repr=False)
    parent: str = ""
    provider: str = ""
    """`<provider URN>::<provider id>`; empty for components and providers."""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    external: bool = False
    """Read, not managed: `X.get()` and StackReference."""
    delete: bool = False
    """Replaced already, to be deleted at the end of the run (or by the next one)."""
    pending_replacement: bool = False
    """Deleted already, to be created again (or dropped) by this run or the next one."""
    retain_on_delete: bool = False
    deleted_with: str = ""
    init_errors: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replacement_trigger: Any = None
    custom_timeouts: Mapping[str, float] | None = None
    aliases: tuple[str, ...] = ()
    created: str = ""
    modified: str = ""

    @property
    def name(self) -> str:
        """The logical name."""
        return urns.name_of(self.urn)

    def leans_on(self) -> set[str]:
        """URNs that must exist as long as this resource does."""
        needed = {*self.dependencies, self.parent, self.deleted_with, provider_urn(self.provider)}
        for names in self.property_dependencies.values():
            needed.update(names)
        return needed - {""}

    def renamed(self, names: Mapping[str, str]) -> "Record":
        """The same record after other resources (or itself) got new URNs through aliases."""
        if not names:
            return self

        def new(urn: str) -> str:
            return names.get(urn, urn)

        reference = self.provider
        if reference:
            holder = provider_urn(reference)
            reference = new(holder) + reference[len(holder) :]
        return replace(
            self,
            urn=new(self.urn),
            parent=new(self.parent),
            provider=reference,
            deleted_with=new(self.deleted_with),
            dependencies=tuple(new(item) for item in self.dependencies),
            property_dependencies={
                key: tuple(new(item) for item in value)
                for key, value in self.property_dependencies.items()
            },
        )


def provider_urn(reference: str) -> str:
    """The URN in a provider reference `<urn>::<id>`; empty where there is none."""
    return reference.rsplit("::", 1)[0] if reference else ""


class Sealer(Protocol):
    """What encrypts and decrypts the text of a secret."""

    def encrypt(self, text: str) -> str:
        """The text as it stands in the state."""
        ...

    def decrypt(self, ciphertext: str) -> str:
        """The text again."""
        ...


class _Clear:
    """A secret inside a secret keeps its envelope and is not encrypted once more: the engine's
    NopEncrypter (sdk/go/common/resource/config/crypt.go)."""

    def encrypt(self, text: str) -> str:
        """As it is."""
        return text

    def decrypt(self, ciphertext: str) -> str:
        """As it is."""
        return ciphertext


_CLEAR = _Clear()


def encode_value(value: Any, cipher: Sealer) -> Any:
    """A value as it stands in the state: secrets are encrypted JSON."""
    if isinstance(value, Secret):
        text = json.dumps(encode_value(value.value, _CLEAR), separators=(",", ":"))
        return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": cipher.encrypt(text)}
    if isinstance(value, ResourceReference):
        return value.urn if value.id is None else value.id
    if isinstance(value, Mapping):
        return {key: encode_value(item, cipher) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode_value(item, cipher) for item in value]
    return value


def decode_value(value: Any, cipher: Sealer) -> Any:
    """A value of the state as the runtime holds it."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            if "plaintext" in value:
                return Secret(decode_value(json.loads(value["plaintext"]), _CLEAR))
            return Secret(decode_value(json.loads(cipher.decrypt(value["ciphertext"])), _CLEAR))
        return {key: decode_value(item, cipher) for key, item in value.items()}
    if isinstance(value, list):
        return [decode_value(item, cipher) for item in value]
    return value


_FIELDS: tuple[tuple[str, str], ...] = (
    ("id", "id"),
    ("parent", "parent"),
    ("protect", "protect"),
    ("external", "external"),
    ("delete", "delete"),
    ("pendingReplacement", "pending_replacement"),
    ("dependencies", "dependencies"),
    ("initErrors", "init_errors"),
    ("provider", "provider"),
    ("propertyDependencies", "property_dependencies"),
    ("additionalSecretOutputs", "additional_secret_outputs"),
    ("aliases", "aliases"),
    ("customTimeouts", "custom_timeouts"),
    ("retainOnDelete", "retain_on_delete"),
    ("deletedWith", "deleted_with"),
    ("created", "created"),
    ("modified", "modified"),
    ("ignoreChanges", "ignore_changes"),
    ("replaceOnChanges", "replace_on_changes"),
)
"""Checkpoint key and attribute; written only where there is something to write, as usual."""


def encode(record: Record, cipher: Cipher) -> dict[str, Any]:
    """The record as an entry of the checkpoint's `resources`."""
    entry: dict[str, Any] = {"urn": record.urn, "custom": record.custom, "type": record.type}
    for key in ("inputs", "outputs"):
        properties = getattr(record, key)
        if properties:
            entry[key] = encode_value(properties, cipher)
    for key, attribute in _FIELDS:
        value = getattr(record, attribute)
        if not value:
            continue
        if isinstance(value, Mapping):
            value = {
                name: list(item) if isinstance(item, tuple) else item
                for name, item in value.items()
            }
        entry[key] = list(value) if isinstance(value, tuple) else value
    if record.replacement_trigger is not None:
        entry["replacementTrigger"] = encode_value(record.replacement_trigger, cipher)
    return entry


def decode(entry: Mapping[str, Any], cipher: Cipher) -> Record:
    """An entry of the checkpoint's `resources` as a record."""
    values: dict[str, Any] = {}
    for key, attribute in _FIELDS:
        if key not in entry:
            continue
        value = entry[key]
        if isinstance(value, list):
            value = tuple(value)
        elif isinstance(value, dict):
            value = {
                name: tuple(item) if isinstance(item, list) else item
                for name, item in value.items()
            }
        values[attribute] = value
    return Record(
        urn=entry["urn"],
        type=entry["type"],
        custom=bool(entry.get("custom")),
        inputs=decode_value(entry.get("inputs") or {}, cipher),
        outputs=decode_value(entry.get("outputs") or {}, cipher),
        replacement_trigger=decode_value(entry.get("replacementTrigger"), cipher),
        **values,
    )
