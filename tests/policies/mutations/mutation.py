"""How a rule is broken: one alteration of what our own program registers, and who reports it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.policies.registrations import Registration, Registrations

Edit = Callable[[Registrations], object]
Stack = Literal["sovereign", "application"]


@dataclass(frozen=True)
class Mutation:
    """An alteration of what was registered, and exactly which rules of both packs report it: none
    where it is as good as what was there.
    """

    what: str
    reports: frozenset[str]
    edit: Edit
    stack: Stack = "sovereign"
    control_planes: int = 1
    workers: int = 2
    protect: bool = False
    config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Rule -> settings: for rules that look at nothing until they are configured. With them the
    unaltered stack is without findings.
    """


def mutation(what: str, reports: str, *edits: Edit, **more: Any) -> Mutation:
    """Several edits are one alteration; rules are separated by blanks."""

    def edit(registrations: Registrations) -> None:
        for each in edits:
            each(registrations)

    return Mutation(what, frozenset(reports.split()), edit, **more)


def put(resource: str, path: str, value: Any) -> Edit:
    """Return an edit that sets, or with `...` removes, what stands at a dotted path."""

    def edit(registrations: Registrations) -> None:
        *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
        registrations[resource].outputs.pop(path.split(".")[0], None)  # would follow the input
        target: Any = registrations[resource].inputs
        for key in parents:
            target = target[key] if isinstance(key, int) else target.setdefault(key, {})
        if value is ...:
            del target[last]
        else:
            target[last] = value

    return edit


def add(kind: str, name: str, inputs: dict[str, Any]) -> Edit:
    """Return an edit that registers one more resource."""
    return lambda registrations: registrations.update({name: Registration(kind, name, inputs)})


def remove(resource: str) -> Edit:
    """Return an edit that registers one resource less."""
    return lambda registrations: registrations.pop(resource)


SOVEREIGN = "component Sovereign"
SERVER, WORKER = "Server dev-control-plane-1", "Server dev-default-1"
RELEASE, CILIUM, JOIN = "Release dev-cilium", "component Cilium", "component K3sJoin"
FIREWALL_ATTACHMENT = "hcloud:index/firewallAttachment:FirewallAttachment"
HELM = "kubernetes:helm.sh/v3:Release"
