"""How large a firewall may be."""

from collections.abc import Sequence

from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import FIREWALL
from .framework.values import Unknown, at, entries

FIREWALL_RULES = 50
RULE_SOURCES = 100


def size(props: Props, _: Settings) -> Sequence[Outcome]:
    """Judge the number of rules, and of CIDR blocks in each."""
    rules = at(props, "rules")
    if isinstance(rules, Unknown):
        return [Deferred(rules.path)]
    outcomes: list[Outcome] = []
    if len(entries(rules)) > FIREWALL_RULES:
        outcomes.append(Violation(f"{len(entries(rules))} rules > {FIREWALL_RULES}"))
    for index, rule in enumerate(entries(rules)):
        for key in ("sourceIps", "destinationIps"):
            listed = at(rule, key)
            if isinstance(listed, Unknown):
                outcomes.append(Deferred(listed.path))
            if len(entries(listed)) > RULE_SOURCES:
                count = len(entries(listed))
                outcomes.append(
                    Violation(f"rules[{index}].{key}: {count} CIDR blocks > {RULE_SOURCES}")
                )
    return outcomes


FIREWALL_LIMIT = ResourceRule(
    id="firewall-limit",
    level="mandatory",
    severity="medium",
    prevents="No firewall is larger than Hetzner's 50 rules of 100 CIDR blocks.",
    learned_from=("Hetzner API: firewall rules",),
    fix="summarize the CIDR blocks into wider ones",
    tags=("limits", "firewall", "nist-800-53:CP-2"),
    subjects=(FIREWALL,),
    check=size,
)
