"""What Cilium's Helm values must hold, for every values file: the Sovereign's own, a profile, or
one that somebody wrote by hand.
"""

from collections.abc import Mapping
from typing import Any

from sovereign.mesh.values.contradictions import RULES, Reading, Surroundings
from sovereign.mesh.values.forms import unknown_keys, wrong_forms
from sovereign.mesh.values.metrics import metrics
from sovereign.mesh.values.model import LINES, Line
from sovereign.problems import Problem

__all__ = ["LINES", "Line", "check"]


def check(
    values: Mapping[str, Any], line: Line, *, nodes: int | None = None, hetzner: bool = True
) -> list[Problem]:
    """Every problem of the values on that chart line, each with its reason; none: []

    `nodes`: how many nodes can run the operator, where that is known. `hetzner`: whether they run
    on Hetzner Cloud.
    """
    at = Reading(values)
    where = Surroundings(nodes, hetzner)
    return [
        *unknown_keys(values, line),
        *wrong_forms(values),
        *metrics(at["hubble.metrics.enabled"]),
        *(problem for rule in RULES for problem in rule(at, where)),
    ]
