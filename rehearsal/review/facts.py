"""What a review is made from: the resources before a change, what a preview would do to them, and
what was said about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from rehearsal.order import EngineName
from rehearsal.runtime import urn as urns
from sovereign.plan.cost import PriceBook

Action = Literal["same", "create", "update", "replace", "delete", "read"]
Origin = Literal["revision", "stack", "nothing"]


@dataclass(frozen=True)
class Resource:
    """One resource with its inputs; `Secret` and `UNKNOWN` may stand in them."""

    urn: str
    inputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    id: str = ""
    """What the cloud calls it; empty while it is yet to be made."""

    @property
    def type(self) -> str:
        """Its own type token."""
        return urns.type_of(self.urn)

    @property
    def name(self) -> str:
        """Its logical name."""
        return urns.name_of(self.urn)

    @property
    def parents(self) -> str:
        """The types it lies in, joined with `$`."""
        return urns.qualified_type_of(self.urn)


@dataclass(frozen=True)
class Operation:
    """What the preview would do to one resource, all its steps taken together."""

    urn: str
    action: Action
    keys: tuple[str, ...] = ()
    """Top-level properties that differ."""
    replace_keys: tuple[str, ...] = ()
    """Those that force the replacement; empty where a trigger does."""
    old_first: bool = False
    """The old object is deleted before its replacement is made."""
    inputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What the program asks for; empty for a delete."""


@dataclass(frozen=True)
class Finding:
    """What a policy rule said."""

    pack: str
    policy: str
    level: str
    """mandatory, advisory, deferred or remediated."""
    resource: str
    """Logical name; empty for the whole stack."""
    message: str
    fix: str = ""


@dataclass(frozen=True)
class Problem:
    """A refused setting: path, value found, rule, fix."""

    path: str
    value: str
    rule: str
    fix: str


@dataclass(frozen=True)
class Setting:
    """One value of the stack file that the change adds, alters or removes; secrets are marked."""

    path: str
    before: str
    after: str
    secret: bool = False


@dataclass(frozen=True)
class Base:
    """What the change is compared with."""

    origin: Origin
    revision: str = ""
    """Commit, or the stack's name where its real state is the base."""
    reason: str = ""
    """Why there is nothing to compare with."""


@dataclass(frozen=True)
class Facts:
    """Everything that a review is drawn from."""

    stack: str
    engine: EngineName
    base: Base
    prices: PriceBook
    before: Sequence[Resource] = ()
    operations: Sequence[Operation] = ()
    complete: bool = True
    """Whether the preview got to its end; else what is missing in it is unknown."""
    errors: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    findings: Sequence[Finding] = ()
    known_findings: Sequence[Finding] = ()
    """What the rules said of the base already."""
    rules: int = 0
    """Rules at work over all packs."""
    evaluated: int = 0
    idle: Sequence[str] = ()
    """Rules that found nothing to look at, as pack/rule."""
    settings: Sequence[Setting] = ()
    set_back: Sequence[str] = ()
    """Refused settings that were put back to their old value for the rest of the preview."""
    doubts: Sequence[str] = ()
    """What a person has to look at because the review cannot."""
    notes: Sequence[str] = ()
    head: str = ""
    """The commit that is reviewed; empty outside git."""
    others: Sequence[str] = ()
    """Files of other stacks that the change alters, too."""
    orphan: str = ""
    """The stack's own file, where the change deletes it."""
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Id of a reason -> why somebody accepts it."""

    @property
    def after(self) -> tuple[Resource, ...]:
        """The resources as they would be; of an unfinished preview, with what it did not reach."""
        ids = {one.urn: one.id for one in self.before}
        planned = [
            Resource(o.urn, o.inputs, "" if o.action == "replace" else ids.get(o.urn, ""))
            for o in self.operations
            if o.action != "delete"
        ]
        if self.complete:
            return tuple(planned)
        seen = {operation.urn for operation in self.operations}
        return (*planned, *(one for one in self.before if one.urn not in seen))
