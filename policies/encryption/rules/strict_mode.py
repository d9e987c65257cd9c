"""Strict mode is written with the keys that this chart line reads: it ignores all others."""

import re
from collections.abc import Sequence

from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import CILIUM
from .framework.values import Unknown, at, shown, text

OLD_KEYS = ("enabled", "cidr", "allowRemoteNodeIdentities")
NEW_KEYS = ("egress", "ingress")
BOTH = (1, 19)
PATH = "values.encryption.strictMode"


def known_keys(props: Props, _: Settings) -> Sequence[Outcome] | None:
    """Judge keys by chart line (old to 1.19, new from 1.19 on), then whether egress is complete."""
    strict = at(props, "values", "encryption", "strictMode")
    if strict is None:
        return None
    if isinstance(strict, Unknown):
        return [Deferred(strict.path)]
    version = at(props, "version")
    if isinstance(version, Unknown):
        return [Deferred(version.path)]
    line = tuple(int(part) for part in re.findall(r"\d+", text(version))[:2]) or (1, 20)
    chart = "Cilium " + ".".join(map(str, line))
    read = (OLD_KEYS if line <= BOTH else ()) + (NEW_KEYS if line >= BOTH else ())
    outcomes: list[Outcome] = [
        Violation(f"{PATH}.{key} is ignored by {chart}: strict mode would be off")
        for key in (strict if isinstance(strict, dict) else [shown(strict)])
        if key not in read
    ]
    return [*outcomes, *(_egress(props) if "egress" in read else [])]


def _egress(props: Props) -> list[Outcome]:
    values = at(props, "values")
    egress = at(values, "encryption", "strictMode", "egress")
    enabled, cidr = at(egress, "enabled"), at(egress, "cidr")
    remote, routing = at(egress, "allowRemoteNodeIdentities"), at(values, "routingMode")
    waiting = [each for each in (enabled, cidr, remote, routing) if isinstance(each, Unknown)]
    outcomes: list[Outcome] = [Deferred(each.path) for each in waiting]
    if enabled is not True:
        return outcomes
    if not isinstance(cidr, Unknown) and not text(cidr):
        outcomes.append(Violation(f"{PATH}.egress.cidr is {shown(cidr)}: nothing would be refused"))
    if routing in (None, "tunnel") and not isinstance(remote, Unknown) and remote is not True:
        found = f"{PATH}.egress.allowRemoteNodeIdentities is {shown(remote)}"
        outcomes.append(Violation(f"{found}: in tunnel mode strict egress needs it"))
    return outcomes


STRICT_MODE_KEYS = ResourceRule(
    id="strict-mode-keys",
    level="mandatory",
    severity="high",
    prevents="Strict mode is on when it was asked for: a chart ignores the keys of another line, "
    "for example after an upgrade from 1.19 to 1.20.",
    learned_from=(
        "cilium 1.20 chart: encryption.strictMode.egress",
        "cilium 1.19 chart: deprecations",
    ),
    fix="from Cilium 1.19 on write encryption.strictMode: {egress: {enabled: true, cidr: <pod "
    "range>, allowRemoteNodeIdentities: true}, ingress: {enabled: true}}",
    tags=("encryption-in-transit", "nist-800-53:SC-8"),
    subjects=(CILIUM,),
    check=known_keys,
)
