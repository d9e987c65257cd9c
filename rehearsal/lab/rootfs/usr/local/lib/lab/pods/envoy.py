"""Cilium's Envoy: lives beside the node's agent, and carries no traffic."""

import json
import os
import sys
import time
from pathlib import Path
from typing import NoReturn

from .condition import DIRECTORY, ON_HOST, Condition

PERIOD_S = 1.0
ALONE = "cilium-agent does not run there"
PATIENCE = 5
"""Looks for the agent before the container ends."""


def main() -> NoReturn:
    """The container's command."""
    condition = Condition("cilium-envoy")
    condition.begin()
    condition.serve(9878)
    unseen = 0
    while True:
        if agent_runs():
            unseen = 0
            condition.done()
        else:
            unseen += 1
            condition.wait(ALONE)
        if unseen >= PATIENCE:
            sys.exit(1)
        time.sleep(PERIOD_S)


def agent_runs() -> bool:
    """Whether this host's agent says that it does its work."""
    said = Path(os.environ.get(DIRECTORY, ON_HOST)) / "cilium-agent.json"
    return said.exists() and bool(json.loads(said.read_text(encoding="utf-8"))["ready"])
