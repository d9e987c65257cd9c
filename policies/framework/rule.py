"""How a rule is declared: once, as data, beside the pure function that judges."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from .values import Unknown, at, shown

Props = Mapping[str, object]
Settings = Mapping[str, object]
Additions = Mapping[str, Mapping[str, str]]
"""Property -> entries that a remediation adds to that map; it changes and removes nothing."""


@dataclass(frozen=True)
class Violation:
    """What was found, in words; never a secret. `urn` names the resource in a stack rule."""

    found: str
    urn: str = ""


@dataclass(frozen=True)
class Deferred:
    """A value that the rule needs and that is unknown until `pulumi up`, or, as `why` says, for
    another reason (`of a Chart is not shown to policies`).
    """

    path: str
    urn: str = ""
    why: str = ""


Outcome = Violation | Deferred


@dataclass(frozen=True)
class Resource:
    """One resource of the stack, as a stack rule sees it."""

    type: str
    name: str
    urn: str
    props: Props
    protected: bool = False
    """Whether Pulumi refuses to delete it."""


@dataclass(frozen=True)
class Subject:
    """What a rule looks at: resource types (`*` allowed), narrowed by `where` on the properties,
    and what `also` names.
    """

    types: tuple[str, ...]
    where: Callable[[Props], bool] = lambda _: True
    also: "Subject | None" = None

    def holds(self, resource_type: str, props: Props) -> bool:
        """Say whether a resource is one of these."""
        if self.also is not None and self.also.holds(resource_type, props):
            return True
        return any(fnmatchcase(resource_type, each) for each in self.types) and self.where(props)

    def among(self, resources: Sequence[Resource]) -> list[Resource]:
        """Return those of the resources that are one of these."""
        return [each for each in resources if self.holds(each.type, each.props)]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What is common to all rules.

    `prevents` is the rule in one sentence and heads each message, `fix` ends it; `learned_from`
    names the upstream reports; `tags` are topics, and as `nist-800-53:SC-8` the controls of NIST
    SP 800-53 Rev. 5 that the rule supports; `settings` is a JSON schema per setting, always with a
    default.
    """

    id: str
    level: Literal["mandatory", "advisory"]
    severity: Literal["low", "medium", "high", "critical"]
    prevents: str
    learned_from: tuple[str, ...]
    fix: str
    tags: tuple[str, ...]
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def configured(self, given: Settings) -> Settings:
        """Return the settings with defaults filled in: the engine does, a bare call does not."""
        return {name: schema["default"] for name, schema in self.settings.items()} | dict(given)


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """A rule on one resource's inputs: it stops the resource before anything is created.

    `check` returns the outcomes, or `None` when it found nothing to judge. `adds` is what the rule
    would add by itself where its level is configured as `remediate`.
    """

    subjects: tuple[Subject, ...]
    check: Callable[[Props, Settings], Sequence[Outcome] | None]
    adds: Callable[[Props, Settings], Additions] | None = None

    def looks_at(self, resource_type: str, props: Props) -> bool:
        """Say whether the resource is one that this rule judges."""
        return any(each.holds(resource_type, props) for each in self.subjects)


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """A rule on how resources relate. It fails a preview; in an `up` it speaks after the fact."""

    check: Callable[[Sequence[Resource], Settings], Sequence[Outcome] | None]


def require(props: Props, path: str, *allowed: object) -> list[Outcome]:
    """Judge that the value at the dotted path is one of `allowed` (`True` is not `1`)."""
    found = at(props, *path.split("."))
    if isinstance(found, Unknown):
        return [Deferred(found.path)]
    if any(type(found) is type(each) and found == each for each in allowed):
        return []
    wanted = " or ".join(shown(each) for each in allowed)
    return [Violation(f"{path} is {shown(found)}, not {wanted}")]
