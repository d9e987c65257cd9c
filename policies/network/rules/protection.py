"""What must not be deleted by mistake, where the environment says so."""

from collections.abc import Sequence

from .framework.rule import (
    Deferred,
    Outcome,
    Props,
    Resource,
    ResourceRule,
    Settings,
    StackRule,
    Violation,
    require,
)
from .framework.subjects import (
    CLAIM,
    FLOATING_IP,
    LOAD_BALANCER,
    NETWORK,
    PRIMARY_IP,
    SECRET_MATERIAL,
    SERVER,
    SOVEREIGN,
    SUBNET,
    VOLUME,
)
from .framework.values import Unknown, at
from .topology import CONTROL_PLANE_ROLES, role_of

KEEPING = (NETWORK, SUBNET, VOLUME, PRIMARY_IP, FLOATING_IP, LOAD_BALANCER, SECRET_MATERIAL, CLAIM)
"""Volumes and claims hold data, addresses stand in others' DNS, keys open what they closed."""


def protected(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge the Sovereign's `protect` where protection is required."""
    return require(props, "protect", True) if settings["required"] else None


def stateful(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge the option `protect`, or Hetzner's own protection against deletion, of whatever holds
    data, an address that others know, a key, or the cluster's state.

    Where a Sovereign says that it is not protected, the other rule has said so once for all.
    """
    told = any(at(each.props, "protect") is False for each in SOVEREIGN.among(resources))
    if told or not settings["required"]:
        return None
    keeping = [each for subject in KEEPING for each in subject.among(resources)]
    keeping += [each for each in SERVER.among(resources) if role_of(each) in CONTROL_PLANE_ROLES]
    loose = [each for each in keeping if not each.protected]
    outcomes: list[Outcome] = []
    for each in loose:
        by_hetzner = at(each.props, "deleteProtection")
        if isinstance(by_hetzner, Unknown):
            outcomes.append(Deferred(by_hetzner.path, each.urn))
        elif by_hetzner is not True:
            outcomes.append(Violation("the option protect is not set", each.urn))
    return outcomes if keeping else None


_REQUIRED = {
    "required": {
        "type": "boolean",
        "default": False,
        "description": "Whether this environment must be protected.",
    }
}

SOVEREIGN_PROTECTED = ResourceRule(
    id="sovereign-protected",
    level="mandatory",
    severity="high",
    prevents="Network and control planes of an environment that matters cannot be deleted by a "
    "wrong `up`.",
    learned_from=("KH#1988", "TF#1523"),
    fix="set protect: true in sovereign:cluster",
    tags=("availability", "nist-800-53:CM-5"),
    settings=_REQUIRED,
    subjects=(SOVEREIGN,),
    check=protected,
)

STATEFUL_PROTECTED = StackRule(
    id="stateful-protected",
    level="mandatory",
    severity="high",
    prevents="Networks, volumes, public addresses, generated keys and control planes of an "
    "environment that matters, in any Pulumi program, cannot be deleted by a wrong `up`.",
    learned_from=("KH#1988", "TF#1523", "engine recording: refused deletes"),
    fix="give the resource the option protect=True (or, where Hetzner has it, deleteProtection)",
    tags=("availability", "nist-800-53:CM-5"),
    settings=_REQUIRED,
    check=stateful,
)
