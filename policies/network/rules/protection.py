"""What must not be deleted by mistake, where the environment says so."""

from collections.abc import Sequence

from .framework.rule import (
    Outcome,
    Props,
    Resource,
    ResourceRule,
    Settings,
    StackRule,
    Violation,
    require,
)
from .framework.subjects import NETWORK, SERVER, SOVEREIGN, SUBNET, VOLUME
from .framework.values import at
from .topology import CONTROL_PLANE_ROLES, role_of


def protected(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge the Sovereign's `protect` where protection is required."""
    return require(props, "protect", True) if settings["required"] else None


def stateful(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge the option `protect` of networks, volumes and labelled control planes.

    Where a Sovereign says that it is not protected, the other rule has said so once for all.
    """
    told = any(at(each.props, "protect") is False for each in SOVEREIGN.among(resources))
    if told or not settings["required"]:
        return None
    keeping = [*NETWORK.among(resources), *SUBNET.among(resources), *VOLUME.among(resources)]
    keeping += [each for each in SERVER.among(resources) if role_of(each) in CONTROL_PLANE_ROLES]
    loose = [each for each in keeping if not each.protected]
    found = "the option protect is not set"
    return [Violation(found, each.urn) for each in loose] if keeping else None


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
    prevents="Networks, volumes and control planes of an environment that matters, in any Pulumi "
    "program, cannot be deleted by a wrong `up`.",
    learned_from=("KH#1988", "TF#1523", "engine recording: refused deletes"),
    fix="give the resource the option protect=True",
    tags=("availability", "nist-800-53:CM-5"),
    settings=_REQUIRED,
    check=stateful,
)
