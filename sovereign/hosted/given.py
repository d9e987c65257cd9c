"""What a program in another language gave, as the parser reads a stack file.

On the wire every number is a float, and a value of another resource may stand anywhere (pulumi
3.272). What a cluster is made of is decided before anything exists, so such values are refused.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.output import Unknown

from sovereign.problems import Problem
from sovereign.wire import whole_numbers

RULE = "a cluster is decided before anything of it exists, so every value of it is a plain one"
FIX = "write the value itself, or read it from the configuration"


def plain(value: Any, path: str, problems: list[Problem]) -> Any:
    """The value with whole numbers as int; values of other resources are left out and named.

    `path` is empty for the cluster: its keys are named as in a stack file.
    """
    if isinstance(value, pulumi.Output | Unknown):
        found = "a value of another resource, or a secret"
        problems.append(Problem(path or "cluster", found, RULE, FIX))
        return None
    if isinstance(value, Mapping):
        pairs = {
            key: plain(inner, f"{path}.{key}".removeprefix("."), problems)
            for key, inner in value.items()
        }
        return {key: inner for key, inner in pairs.items() if inner is not None}
    if isinstance(value, list):
        items = [plain(inner, f"{path}[{index}]", problems) for index, inner in enumerate(value)]
        return [item for item in items if item is not None]
    return whole_numbers(value)
