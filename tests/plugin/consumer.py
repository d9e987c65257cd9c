"""A program that makes a Sovereign through the plugin, as every generated SDK does."""

import json
from dataclasses import replace
from typing import Any

from rehearsal.runtime import Command, Result, run
from tests.configurations import ROOT
from tests.rehearsal.runtime.workbench import Workbench

SEED = "a-seed-for-tests-of-more-than-32-characters"
ARGUMENTS: dict[str, Any] = {
    "cluster": {"name": "far", "pools": {"default": {"ids": [1], "generations": {"1": 2}}}},
    "operatorCidrs": ["203.0.113.0/24"],
    "seed": SEED,
}
PROJECT = f"name: trial\nruntime: python\npackages: {{sovereign: {ROOT / 'plugin'}}}\n"


def arguments(**changes: Any) -> str:
    """Arguments as Python text; None leaves one out."""
    chosen = {key: value for key, value in {**ARGUMENTS, **changes}.items() if value is not None}
    return f"json.loads({json.dumps(chosen)!r})"


def program(given: str) -> str:
    """The program with these arguments, as Python text; it exports two outputs."""
    return f"""
import json

class Sovereign(pulumi.ComponentResource):
    kubeconfig: pulumi.Output[str]
    apiEndpoint: pulumi.Output[str]
    networkId: pulumi.Output[int]

    def __init__(self, given):
        outputs = dict.fromkeys(("kubeconfig", "apiEndpoint", "networkId"))
        super().__init__("sovereign:index:Sovereign", "far", {{**outputs, **given}}, O(), True)

cluster = Sovereign({given})
pulumi.export("kubeconfig", cluster.kubeconfig)
pulumi.export("apiEndpoint", cluster.apiEndpoint)
pulumi.export("networkId", cluster.networkId)
"""


def preview(bench: Workbench, given: str, *, stack: str = "dev", judged: bool = False) -> Result:
    """A preview of that program, with the project file that names the plugin; `judged` by the
    repository's packs."""
    asked = bench.request(program(given), Command.PREVIEW)
    (asked.program / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
    packs = (ROOT / "policies" / "encryption", ROOT / "policies" / "network")
    return run(replace(asked, policy_packs=packs if judged else (), stack=stack))
