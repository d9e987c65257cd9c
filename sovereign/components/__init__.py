"""The parts of a Sovereign as Pulumi components, one per file; `sovereign.py` lists them."""

from sovereign.components.sovereign import Sovereign

__all__ = ["Sovereign"]
