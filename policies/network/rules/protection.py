"""What must not be deleted by mistake, where the environment says so."""

from collections.abc import Sequence

from .framework.rule import Outcome, Props, ResourceRule, Settings, require
from .framework.subjects import SOVEREIGN


def protected(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge the Sovereign's `protect` where protection is required."""
    return require(props, "protect", True) if settings["required"] else None


SOVEREIGN_PROTECTED = ResourceRule(
    id="sovereign-protected",
    level="mandatory",
    prevents="Network and control planes of an environment that matters cannot be deleted by a "
    "wrong `up`.",
    learned_from=("KH#1988", "TF#1523"),
    fix="set protect: true in sovereign:cluster",
    tags=("availability",),
    settings={
        "required": {
            "type": "boolean",
            "default": False,
            "description": "Whether this environment must be protected.",
        }
    },
    subjects=(SOVEREIGN,),
    check=protected,
)
