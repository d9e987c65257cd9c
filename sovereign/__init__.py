"""Sovereign: a Kubernetes cluster of your own on Hetzner Cloud, as a Pulumi program.

Read in this order: `__main__.py`, `plan/model.py`, `components/sovereign.py`, `outputs.py`.
For app stacks: `Reference` reads a Sovereign's outputs, `sovereign.mesh` builds what runs on it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sovereign.reference import Reference

__all__ = ["Reference"]
__version__ = "0.1.0"
"""The release; packaging, the plugin and the packages made of it read it here."""


def __getattr__(name: str) -> Any:
    """`Reference`, imported when it is asked for: it needs Pulumi, and the command does not."""
    if name == "Reference":
        from sovereign.reference import Reference

        return Reference
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
