"""Hubble's metrics: `name` or `name:option=value;option`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sovereign.config import HUBBLE_METRICS
from sovereign.problems import Problem, nearest

DEPRECATED: Mapping[str, str] = {"http": "httpV2"}
PATH = "hubble.metrics.enabled"


def metrics(chosen: Any) -> Iterator[Problem]:
    """What is wrong with the list; anything but a list of texts is another check's matter."""
    if not isinstance(chosen, list):
        return
    names = [str(metric).partition(":")[0] for metric in chosen]
    for old, new in DEPRECATED.items():
        if old in names and new in names:
            rule = f"{old} and {new} count the same requests and exclude each other"
            yield Problem(PATH, f"{old} and {new}", rule, f"keep {new}")
        elif old in names:
            yield Problem(PATH, old, "this metric is deprecated", f"use {new}")
    for number, name in enumerate(names):
        if name not in HUBBLE_METRICS and name not in DEPRECATED:
            rule = "Hubble has no such metric"
            yield Problem(f"{PATH}[{number}]", name, rule, nearest(name, HUBBLE_METRICS))
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(PATH, f"{name}, {count} times", "each metric once", "remove the others")
