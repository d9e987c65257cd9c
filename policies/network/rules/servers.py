"""What one server may be called, carry, and be made of."""

import re
from collections.abc import Mapping, Sequence

from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import SERVER
from .framework.values import Unknown, at, entries, shown, text

HOST_NAME = re.compile(r"(?!.{64})[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
USER_DATA_BYTES = 32 * 1024
FIREWALLS = 5
DEPRECATED: dict[str, str] = {}
"""Type -> last day on which it can be ordered; none is announced at the time of writing."""
RETIRED = [
    *(f"cx{number}" for number in (11, 21, 22, 31, 32, 41, 42, 51, 52)),
    *(f"cpx{number}" for number in (11, 21, 31, 41, 51)),
]


def server(props: Props, _: Settings) -> Sequence[Outcome]:
    """Judge name, size of user data, firewalls and place of one server."""
    name, user_data = at(props, "name"), at(props, "userData")
    firewalls, datacenter = at(props, "firewallIds"), at(props, "datacenter")
    read = (name, user_data, firewalls)
    outcomes: list[Outcome] = [Deferred(each.path) for each in read if isinstance(each, Unknown)]
    if name is None:
        found = "name is not set: Pulumi would invent one, of up to 255 characters"
        outcomes.append(Violation(found))
    elif not isinstance(name, Unknown) and not _is_host_name(text(name)):
        found = f"name {shown(name)} ({len(text(name))} characters) is no host name of up to 63"
        outcomes.append(Violation(found))
    size = len(text(user_data).encode())
    if size > USER_DATA_BYTES:
        outcomes.append(Violation(f"userData has {size} bytes > {USER_DATA_BYTES}"))
    if len(entries(firewalls)) > FIREWALLS:
        outcomes.append(Violation(f"{len(entries(firewalls))} firewalls > {FIREWALLS}"))
    if datacenter is not None:
        outcomes.append(Violation("datacenter is set, which Hetzner's API removed on 2026-07-01"))
    return outcomes


def _is_host_name(name: str) -> bool:
    return all(HOST_NAME.fullmatch(label) for label in name.split("."))


def retired(props: Props, settings: Settings) -> Sequence[Outcome]:
    """Judge that the type can still be ordered."""
    kind = at(props, "serverType")
    if isinstance(kind, Unknown):
        return [Deferred(kind.path)]
    if kind in entries(settings["retiredTypes"]):
        return [Violation(f"serverType {shown(kind)} can no longer be ordered")]
    return []


def deprecated(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge that the type will still be there when a node must be replaced."""
    kind, announced = at(props, "serverType"), settings["deprecatedTypes"]
    if not isinstance(announced, Mapping) or not announced:
        return None
    if isinstance(kind, Unknown):
        return [Deferred(kind.path)]
    if text(kind) in announced:
        last = announced[text(kind)]
        return [Violation(f"serverType {shown(kind)} can be ordered until {last} only")]
    return []


SERVER_LIMITS = ResourceRule(
    id="server-limits",
    level="mandatory",
    severity="high",
    prevents="Servers have a name that a host can carry, user data that fits, no more firewalls "
    "than Hetzner attaches, and a location instead of a datacenter.",
    learned_from=("TF changelog 1.67", "Hetzner API: servers", "KH docs/operations.md"),
    fix="set name (letters, digits, `-`; at most 63), keep userData under 32 KiB and firewallIds "
    "under 6, set location and no datacenter",
    tags=("limits", "nist-800-53:CM-6"),
    subjects=(SERVER,),
    check=server,
)

SERVER_TYPE_RETIRED = ResourceRule(
    id="server-type-retired",
    level="mandatory",
    severity="high",
    prevents="No `up` asks for a server type that Hetzner no longer sells.",
    learned_from=("KH#1991", "KH#1801", "hetznercloud/cli#1211"),
    fix="choose a type that is sold, for example cpx32",
    tags=("limits", "nist-800-53:SA-22"),
    settings={
        "retiredTypes": {
            "type": "array",
            "items": {"type": "string"},
            "default": RETIRED,
            "description": "Server types that can no longer be ordered.",
        }
    },
    subjects=(SERVER,),
    check=retired,
)

SERVER_TYPE_DEPRECATED = ResourceRule(
    id="server-type-deprecated",
    level="advisory",
    severity="medium",
    prevents="A node that must be replaced one day can be: its type is not about to go.",
    learned_from=("KH#1991", "KH#1613"),
    fix="plan the move to a type that stays: a new pool, then remove the old one",
    tags=("limits", "nist-800-53:SA-22"),
    settings={
        "deprecatedTypes": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "default": DEPRECATED,
            "description": "Server type and the last day on which it can be ordered, as Hetzner "
            "announces it (`deprecated` of sovereign/server_types.yaml).",
        }
    },
    subjects=(SERVER,),
    check=deprecated,
)
