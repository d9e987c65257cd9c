"""How many nodes an autoscaler may make: by its chart, or by its own option."""

import re
from collections.abc import Iterator, Sequence

from .framework.pod_spec import containers
from .framework.rule import Resource
from .framework.subjects import AUTOSCALER_RELEASE, WORKLOAD
from .framework.values import Unknown, at, entries, text

NODES_OPTION = re.compile(r"--nodes=\d+:(\d+):")
"""Least and most nodes of a group."""


def autoscaled(resources: Sequence[Resource]) -> Iterator[object]:
    """Yield the most nodes of each group, known or not."""
    for each in AUTOSCALER_RELEASE.among(resources):
        groups = at(each.props, "values", "autoscalingGroups")
        listed = [groups] if isinstance(groups, Unknown) else entries(groups)
        yield from (at(group, "maxSize") for group in listed)
    for each in WORKLOAD.among(resources):
        for _, container in containers(each.props):
            words = [*entries(at(container, "command")), *entries(at(container, "args"))]
            for word in words:
                if option := NODES_OPTION.match(text(word)):
                    yield int(option[1])
