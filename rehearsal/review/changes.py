"""What happens to each resource, in words, with the properties that differ. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.review.facts import Action, Facts, Operation, Resource
from rehearsal.runtime import urn as urns
from rehearsal.runtime.compare import differences
from rehearsal.runtime.values import Secret, Unknown, has_secret, has_unknown

COMPONENT = "sovereign:index:"
NOUNS = {
    "hcloud:index/server:Server": "server",
    "hcloud:index/network:Network": "network",
    "hcloud:index/networkSubnet:NetworkSubnet": "subnet",
    "hcloud:index/firewall:Firewall": "firewall",
    "hcloud:index/placementGroup:PlacementGroup": "placement group",
    "hcloud:index/loadBalancer:LoadBalancer": "load balancer",
    "hcloud:index/volume:Volume": "volume",
    "hcloud:index/sshKey:SshKey": "SSH key",
    "command:remote:Command": "script on a node",
    "kubernetes:helm.sh/v3:Release": "Helm release",
    "pulumi:providers:kubernetes": "Kubernetes provider",
}
"""What a person calls a resource; any other goes by the last word of its type."""
SECRET, LATER, NOTHING = "[secret]", "known during `up`", "—"
LONGEST_VALUE = 60
MOST_PROPERTIES = 8


@dataclass(frozen=True)
class Property:
    """One place that differs."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One resource that does not stay as it is."""

    action: Action
    noun: str
    name: str
    type: str
    urn: str
    keys: tuple[str, ...]
    """Top-level properties that differ."""
    reason: str
    """Why it is replaced; empty otherwise."""
    properties: tuple[Property, ...]
    more: int
    """Places that differ beyond those listed."""


def changes(facts: Facts) -> tuple[Change, ...]:
    """Every operation but `same`; providers that an engine makes by itself are left out."""
    before = {one.urn: one for one in facts.before}
    return tuple(
        change(one, before.get(one.urn))
        for one in facts.operations
        if one.action not in ("same", "read") and not urns.is_default_provider(one.urn)
    )


def change(operation: Operation, old: Resource | None) -> Change:
    """One operation in words."""
    found = _properties(operation, old) if operation.action in ("update", "replace") else []
    type_ = urns.type_of(operation.urn)
    return Change(
        operation.action,
        NOUNS.get(type_, type_.rsplit(":", 1)[-1]),
        urns.name_of(operation.urn),
        type_,
        operation.urn,
        operation.keys,
        _reason(operation),
        tuple(found[:MOST_PROPERTIES]),
        max(0, len(found) - MOST_PROPERTIES),
    )


def counts(listed: Sequence[Change], same: int) -> dict[str, int]:
    """Operations by kind, as the engine counts them."""
    kinds = ("create", "update", "replace", "delete")
    found = {kind: sum(one.action == kind for one in listed) for kind in kinds}
    return {**found, "same": same}


def shown(value: Any, *, known: bool = True) -> str:
    """A value as it may be shown: never a secret, never long."""
    if not known:
        return NOTHING
    if isinstance(value, Secret) or has_secret(value):
        return SECRET
    if isinstance(value, Unknown) or has_unknown(value):
        return LATER
    bare = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    if "\n" in bare:
        return f"text of {len(bare.splitlines())} lines"
    return bare if len(bare) <= LONGEST_VALUE else bare[: LONGEST_VALUE - 1] + "…"


def _reason(operation: Operation) -> str:
    if operation.action != "replace":
        return ""
    keys = ", ".join(operation.replace_keys)
    why = f"{keys} cannot be changed in place" if keys else "its replacement is asked for"
    return f"{why}; the old one goes first" if operation.old_first else why


def _properties(operation: Operation, old: Resource | None) -> list[Property]:
    if old is None:
        return [Property(key, NOTHING, LATER) for key in operation.keys]
    keys = operation.keys or operation.replace_keys
    found = []
    for key in keys:
        before, after = old.inputs.get(key), operation.inputs.get(key)
        if has_secret(before) or has_secret(after) or has_unknown(after):
            known = key in operation.inputs
            found.append(
                Property(key, shown(before, known=key in old.inputs), shown(after, known=known))
            )
            continue
        for path in differences({key: before}, {key: after}):
            dotted = ".".join(str(step) for step in path)
            found.append(Property(dotted, *(_at(side, path) for side in (old, operation))))
    return found


def _at(side: Resource | Operation, path: tuple[Any, ...]) -> str:
    value: Any = side.inputs
    for step in path:
        inside = isinstance(value, Mapping) and step in value
        listed = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if not (inside or listed):
            return NOTHING
        value = value[step]
    return shown(value)
