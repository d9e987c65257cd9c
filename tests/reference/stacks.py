"""A Sovereign's stack with given outputs, and an app stack that reads it."""

import json
from typing import Any

from rehearsal.runtime import Result
from tests.configurations import ROOT
from tests.rehearsal.runtime.workbench import Workbench

STACK = "organization/sovereign/prod"
OURS = {"PYTHONPATH": str(ROOT)}
"""So that the program finds this `sovereign`, whichever is installed."""


def bring_up(bench: Workbench, outputs: dict[str, Any]) -> None:
    """A stack with these outputs; the kubeconfig is secret; None leaves one out."""
    given = {name: value for name, value in outputs.items() if value is not None}
    program = f"""
    import json

    for name, value in json.loads({json.dumps(given)!r}).items():
        pulumi.export(name, pulumi.Output.secret(value) if name == "kubeconfig" else value)
    """
    result = bench.up(program, project="sovereign", stack="prod")
    assert result.succeeded, result.errors


def read(bench: Workbench, *attributes: str) -> Result:
    """An app stack that reads these, and exports each as it is and as text."""
    return bench.up(
        f"""
        import json
        from sovereign import Reference

        cluster = Reference({STACK!r})
        for name in {attributes!r}:
            value = getattr(cluster, name)
            pulumi.export(name, value)
            written = value.apply(lambda one: json.dumps(one, sort_keys=True))
            pulumi.export(name + " written", written)
        """,
        environment=OURS,
    )
