"""Whether the order of the rules would change: Istio takes the first that matches, HTTPRoute the
most specific one.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sovereign.mesh.istio.virtual_service.match import PREFIX
from sovereign.mesh.istio.virtual_service.text_match import EXACT


def reordered(rules: Sequence[dict[str, Any]]) -> bool:
    """Whether a later rule is more specific than an earlier one."""
    ranks = [_rank(match) for rule in rules for match in rule["matches"]]
    return any(later > earlier for earlier, later in pairwise(ranks))


def _rank(match: dict[str, Any]) -> tuple[int, ...]:
    """Gateway API, HTTPRouteRule.matches: exact path, longest prefix, method, headers, query."""
    path = match["path"]
    kind = {EXACT: 2, PREFIX: 1}.get(path["type"], 0)
    length = len(path["value"]) if kind == 1 else 0
    return (
        kind,
        length,
        int("method" in match),
        len(match.get("headers", [])),
        len(match.get("queryParams", [])),
    )
