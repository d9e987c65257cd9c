"""The committed table of hcloud resources (`resources.yaml`) and what follows from it. Pure."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from rehearsal.runtime.compare import Changes, differences, empty
from rehearsal.runtime.decide import Diff
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import UNKNOWN, Properties, Unknown, plain

DEFAULTS: Final = "__defaults"
"""Input that lists what the provider filled in by itself, as the bridge writes it."""


@dataclass(frozen=True)
class ResourceSchema:
    """One entry of the table; the fields are explained there."""

    replace: tuple[str, ...]
    computed: tuple[str, ...]
    defaults: Mapping[str, Any]
    optional: tuple[str, ...]
    unordered: tuple[str, ...] = ()
    framework: bool = False
    autoname: bool = False

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of all outputs."""
        return tuple(sorted({*self.computed, *self.defaults, *self.optional}))


@functools.cache
def table() -> Mapping[str, ResourceSchema]:
    """The table, by type."""
    text = Path(__file__).with_name("resources.yaml").read_text()
    return {type_: _entry(entry) for type_, entry in yaml.safe_load(text).items()}


def _entry(entry: Mapping[str, Any]) -> ResourceSchema:
    return ResourceSchema(
        replace=tuple(entry["replace"]),
        computed=tuple(entry["computed"]),
        defaults=entry["defaults"],
        optional=tuple(entry["optional"]),
        unordered=tuple(entry.get("unordered", ())),
        framework=entry.get("framework", False),
        autoname=entry.get("autoname", False),
    )


def diff(schema: ResourceSchema, old: Record, inputs: Properties) -> Diff:
    """The difference as the bridge sees it: new inputs against what was read back.

    An input the program no longer gives is a change only if the provider would reset it.
    """
    before, now = plain(old.inputs), plain(inputs)
    state = plain(old.outputs)
    changes: Changes = {}
    for key, value in now.items():
        if key == DEFAULTS:
            continue
        read_back = state[key] if key in state and key not in _HASHED else before.get(key)
        if empty(value) and empty(read_back):
            continue
        if key in schema.unordered and _same_set(value, read_back):
            continue
        kind = "add" if empty(read_back) and not isinstance(value, Unknown) else None
        for path in [(key,)] if kind else differences(read_back, value, (key,)):
            changes[path] = kind or "update"
    for key in before:
        if key in now or key == DEFAULTS or key in schema.computed or key in _SUPPRESSED:
            continue
        read_back = state.get(key, before[key])
        default = schema.defaults.get(key)
        if read_back != default and not (empty(read_back) and empty(default)):
            changes[(key,)] = "delete"
    replace = tuple(dict.fromkeys(str(path[0]) for path in changes if path[0] in schema.replace))
    return Diff(changes, replace, delete_before_replace=_fixed_name(schema, before, now))


_HASHED = frozenset({"userData"})
"""Outputs that hold a hash of the input: compared with the input of the last run."""
_SUPPRESSED = frozenset({"networks", "publicNets", "applyTos"})
"""Inputs whose removal the provider ignores (DiffSuppressFunc)."""


def _fixed_name(schema: ResourceSchema, before: Properties, now: Properties) -> bool:
    """Whether old and new object would bear the same name that the program gave."""
    if schema.framework or not schema.autoname:
        return False
    return "name" not in now.get(DEFAULTS, ()) and before.get("name") == now.get("name")


def _same_set(new: Any, old: Any) -> bool:
    if isinstance(new, Unknown) or not isinstance(new, list) or not isinstance(old, list):
        return False
    left = list(old)
    for item in new:
        match = next((one for one in left if _same_item(item, one)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _same_item(new: Any, old: Any) -> bool:
    """Whether an item says the same as one read back; what it leaves out was filled in."""
    if not isinstance(new, Mapping) or not isinstance(old, Mapping):
        return bool(new == old)
    for key in set(new) - {DEFAULTS}:
        value, other = new[key], old.get(key)
        if isinstance(value, list) and isinstance(other, list):
            if not _same_set(value, other):
                return False
        elif value != other and not (empty(value) and empty(other)):
            return False
    return all(key in new or empty(old[key]) or key in _FILLED_IN for key in old)


_FILLED_IN = frozenset(
    {
        "aliasIps",
        "ip",
        "ipv4",
        "ipv4Enabled",
        "ipv6",
        "ipv6Enabled",
        "macAddress",
        "networkId",
        "subnetId",
        "labelSelector",
        "server",
    }
)
"""Fields of nested items that the API fills in where the program gives none."""


def plan(schema: ResourceSchema, inputs: Properties, old: Record | None) -> Properties:
    """Outputs before the operation: what is given, defaults, and the rest unknown.

    On an update what the API computed stays as it is. Absent optional outputs stay absent.
    """
    known = {key: value for key, value in inputs.items() if not key.startswith("__")}
    outputs: Properties = dict(schema.defaults)
    for key in schema.computed:
        outputs[key] = plain(old.outputs.get(key)) if old is not None else UNKNOWN
    for key, value in known.items():
        if key == "networks" and isinstance(value, list):
            value = [{**_NETWORK_ITEM, **_bare(item)} for item in value]
        outputs[key] = value
    return outputs


_NETWORK_ITEM: Final[Properties] = {
    "macAddress": UNKNOWN,
    "networkId": UNKNOWN,
    "subnetId": UNKNOWN,
    "aliasIps": UNKNOWN,
}


def _bare(item: Any) -> Properties:
    return {key: value for key, value in item.items() if key != DEFAULTS}


def with_all_outputs(schema: ResourceSchema, outputs: Properties) -> Properties:
    """The outputs with null where the API says nothing, as the bridge saves them."""
    return {**dict.fromkeys(schema.outputs), **schema.defaults, **outputs}
