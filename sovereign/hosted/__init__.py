"""A Sovereign for programs in other languages: `plugin/` serves it by Pulumi's component host.

The same parsing, plan and components as in `sovereign.program`; only what goes in and out is typed
for the host, which reads annotations. So no module in here has `from __future__ import annotations`
or quoted ones (facts of pulumi 3.272: the host fails on both).
"""

from sovereign.hosted.provider import serve
from sovereign.hosted.sovereign import Sovereign, SovereignArgs

__all__ = ["Sovereign", "SovereignArgs", "serve"]
