"""A Sovereign as a component that any language can make: plain arguments in, the contract out."""

from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pulumi
from pulumi.errors import InputPropertiesError

from sovereign import components, outputs, program
from sovereign.config import ClusterConfig
from sovereign.contract import CONTRACT, OutputPromise
from sovereign.hosted.arguments import typed
from sovereign.hosted.given import plain
from sovereign.parsing import inspect
from sovereign.plan import SovereignPlan
from sovereign.problems import Problem

if TYPE_CHECKING:
    ClusterArgs = dict[str, Any]
else:
    ClusterArgs = typed(ClusterConfig)

OUTPUT_TYPES: dict[str, Any] = {
    "string": pulumi.Output[str],
    "integer": pulumi.Output[int],
    "object": pulumi.Output[dict[str, Any]],
    "array of string": pulumi.Output[list[str]],
}
"""Type of a promised output -> annotation."""


def output_type(promise: OutputPromise) -> Any:
    """The annotation of a promised output; an object of texts is said to be one."""
    values = promise.rules.get("additionalProperties", {})
    texts = values.get("type") == "string"
    return pulumi.Output[dict[str, str]] if texts else OUTPUT_TYPES[promise.type]


class SovereignArgs(TypedDict):
    """What a stack file holds under `sovereign:`, and the Hetzner token."""

    cluster: ClusterArgs
    """The cluster, as `sovereign:cluster` of a stack file describes it."""
    operatorCidrs: list[str]
    """Who may reach SSH and the Kubernetes API (IPv4 or IPv6 CIDR); [] means nobody."""
    seed: pulumi.Input[str]
    """The secret that every key and token is derived from; at least 32 characters."""
    hcloudToken: NotRequired[pulumi.Input[str]]
    """Hetzner token for the cloud controller; secret. Default: hcloud:token, else HCLOUD_TOKEN."""
    artifactMirror: NotRequired[str]
    """URL or absolute directory that stands for the hosts of all downloads."""


SECRETS = ("seed", "hcloudToken")
"""Arguments that are secret whatever the program says."""


class Sovereign(components.Sovereign):
    """A Kubernetes cluster of its owner's own on Hetzner Cloud: k3s, Cilium, WireGuard."""

    def __init__(
        self, name: str, args: SovereignArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        plan = decide(args)
        for sentence in program.warnings(plan):
            pulumi.log.warn(sentence)
        given = args.get("hcloudToken")
        token = program.hcloud_token() if given is None else pulumi.Output.secret(given)
        seed = pulumi.Output.secret(args["seed"]).apply(_checked)
        super().__init__(name, {"plan": plan, "seed": seed, "hcloud_token": token}, opts)

        # The promised outputs take the places of the parts: `pools` is both.
        for promised, value in outputs.collect(plan, self).items():
            setattr(self, promised, value)


Sovereign.__annotations__ = {
    promise.name: output_type(promise) for promise in CONTRACT
}  # the host reads them as the component's outputs


def decide(args: SovereignArgs) -> SovereignPlan:
    """The plan of the arguments; raises ConfigError with every problem at once."""
    problems: list[Problem] = []
    if args.get("seed") is None:
        rule = "all keys and tokens are derived from it"
        problems.append(Problem("seed", "nothing", rule, "give a secret of 32 characters or more"))
    outputs_given: list[Problem] = []
    cluster = plain(args.get("cluster"), "", outputs_given)
    operators = plain(args.get("operatorCidrs"), "operatorCidrs", outputs_given)
    mirror = plain(args.get("artifactMirror"), "artifactMirror", outputs_given)
    settings, found = inspect(cluster, operators, mirror)
    named = {problem.path for problem in outputs_given}
    problems += outputs_given
    problems += [one for one in map(_renamed, found) if one.path not in named]
    return program.decide(settings, problems)


_FIXES = {
    "sovereign:cluster": "give `cluster` as an object with at least a `name`",
    "sovereign:operatorCidrs": 'give `operatorCidrs`, for example ["203.0.113.7/32"]',
    "sovereign:artifactMirror": "give `artifactMirror` as text, or leave it away",
}
"""What to do here where a stack file would be corrected."""


def _renamed(problem: Problem) -> Problem:
    if problem.path not in _FIXES:
        return problem
    name = problem.path.removeprefix("sovereign:")
    return Problem(name, problem.value, problem.rule, _FIXES[problem.path])


def _checked(seed: str) -> str:
    try:
        return program.checked_seed(seed)
    except pulumi.RunError as error:
        raise refusal(error) from None


def refusal(error: Exception) -> InputPropertiesError:
    """The one error that the host passes on as its sentence, without a traceback.

    The empty list is needed: without it the host fails on its own answer (pulumi 3.272).
    """
    return InputPropertiesError(str(error), [])
