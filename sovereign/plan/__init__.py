"""The plan of a Sovereign: pure decisions from plain values. Read `model` first, then `build`."""

from sovereign.plan.build import build
from sovereign.plan.model import NodePlan, SovereignPlan

__all__ = ["NodePlan", "SovereignPlan", "build"]
