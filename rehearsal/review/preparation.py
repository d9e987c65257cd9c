"""What is previewed of a change whose configuration is refused: everything but the refused
settings, which keep their old value, so that one comment says it all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.review.facts import Problem
from rehearsal.review.settings import put_back
from sovereign.plan import SovereignPlan

Config = Mapping[str, Any]
Inspect = Callable[[Config], tuple[SovereignPlan | None, Sequence[Problem]]]
"""The plan of a configuration, or what is wrong with it; neither for a program that is not ours."""
MOST_ATTEMPTS = 5


@dataclass(frozen=True)
class Prepared:
    """What to preview, and what was refused before."""

    config: Config | None
    """None: even with the old values it is refused."""
    problems: tuple[Problem, ...]
    set_back: tuple[str, ...]


def prepare(
    config: Config, before: Config, ranges: Mapping[str, str], inspect: Inspect
) -> Prepared:
    """Put refused settings back, one level further up at each attempt."""
    problems: dict[Problem, None] = {}
    put: list[str] = []
    tried: Config = config
    for _ in range(MOST_ATTEMPTS):
        plan, found = inspect(tried)
        found = [*found, *(changed_ranges(planned_ranges(plan), ranges) if plan else ())]
        if not found:
            return Prepared(tried, tuple(problems), tuple(dict.fromkeys(put)))
        problems.update(dict.fromkeys(found))
        tried, done = put_back(tried, before, [one.path for one in found])
        if not done:
            break
        put += done
    return Prepared(None, tuple(problems), ())


def planned_ranges(plan: SovereignPlan) -> dict[str, str]:
    """The plan's ranges by the path of their setting."""
    network = plan.network
    return {
        "network.cidr": network.cidr,
        "network.nodeCidr": network.node_cidr,
        "network.podCidr": network.pod_cidr,
        "network.serviceCidr": network.service_cidr,
    }


def changed_ranges(after: Mapping[str, str], before: Mapping[str, str]) -> list[Problem]:
    """A range never changes under running nodes; a policy cannot see that, for it sees no past."""
    return [
        Problem(
            path,
            new,
            f"the cluster was made with {before[path]}, and a range never changes under running "
            "nodes",
            f"write {before[path]} again, or make a new environment",
        )
        for path, new in after.items()
        if path in before and before[path] != new
    ]
