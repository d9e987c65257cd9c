"""Configurations of tests as an operator would write them, and the plans they give."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sovereign import catalog
from sovereign.parsing import inspect, parse
from sovereign.plan import SovereignPlan, build
from sovereign.plan.checks import check
from sovereign.problems import Problem

OPERATORS = ["203.0.113.0/24"]
ROOT = Path(__file__).parents[1]


@cache
def _dev_text() -> str:
    return (ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8")


def dev(**changes: Any) -> dict[str, Any]:
    """`sovereign:cluster` of Pulumi.dev.yaml; a changed section is merged into it, a changed
    scalar, list or `pools` replaces it.
    """
    cluster: dict[str, Any] = yaml.safe_load(_dev_text())["config"]["sovereign:cluster"]
    for key, value in changes.items():
        merges = isinstance(value, Mapping) and key != "pools"
        cluster[key] = {**cluster.get(key, {}), **value} if merges else value
    return cluster


def plan(cluster: Any, operators: Any = OPERATORS, mirror: str | None = None) -> SovereignPlan:
    """The plan of a configuration; ConfigError where it is refused."""
    return build(parse(cluster, operators, mirror), catalog.load())


def problems(cluster: Any, operators: Any = OPERATORS, mirror: Any = None) -> list[Problem]:
    """Every problem of a configuration: of its values and of how they fit together."""
    settings, found = inspect(cluster, operators, mirror)
    return [*found, *(check(settings, catalog.load()) if settings else [])]


def problem(cluster: Any, operators: Any = OPERATORS, mirror: Any = None) -> Problem:
    """The only problem of a configuration."""
    found = problems(cluster, operators, mirror)
    assert len(found) == 1, [str(one) for one in found]
    return found[0]


HIGHLY_AVAILABLE = dev(
    controlPlane={"ids": [1, 2, 3]},
    pools={
        "default": {"ids": [1]},
        "arm": {"serverType": "cax21", "location": "hel1", "ids": [11]},
    },
)
"""Three control planes, two pools of one worker each in two locations and architectures."""
