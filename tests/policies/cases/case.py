"""One judgement of one rule: what is given, and every word that the rule must say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["compliant", "violating", "missing", "unknown", "configured"]


@dataclass(frozen=True)
class Case:
    """`given` is a resource's properties, or, for a stack rule, pairs of type and properties.

    `says` holds the violations and, as `deferred: <path>`, what is unknown; `None` means that the
    rule found nothing to judge.
    """

    rule: str
    kind: Kind
    given: Any
    says: Sequence[str] | None = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
