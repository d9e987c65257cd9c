"""The whole program: configuration -> plan -> components -> outputs. An operator's mistake ends in
one sentence.
"""

import os
from collections.abc import Sequence

import pulumi

from sovereign import catalog, outputs
from sovereign.components import Sovereign
from sovereign.config import Settings
from sovereign.parsing import inspect
from sovereign.plan import SovereignPlan, build
from sovereign.problems import ConfigError, Problem
from sovereign.secrets import SEED_MIN_CHARACTERS

SEED_COMMAND = 'pulumi config set --secret sovereign:seed "$(openssl rand -hex 32)"'
PLAIN_SEED = (
    "sovereign:seed is in plain text in the stack file, and every key and token follows from it; "
    f"encrypt it: {SEED_COMMAND}"
)
UNREACHABLE = (
    "sovereign:operatorCidrs is []: nobody reaches SSH, this program included, so servers are made "
    "and cannot be joined; name the address that you run it from"
)


def run() -> None:
    """Declare the Sovereign of the current stack and export its contract."""
    config = pulumi.Config("sovereign")
    try:
        plan = decide(*read(config))
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from error
    for sentence in [*plain_seed(), *warnings(plan)]:
        pulumi.log.warn(sentence)
    seed = config.require_secret("seed").apply(checked_seed)
    sovereign = Sovereign(plan.name, {"plan": plan, "seed": seed, "hcloud_token": hcloud_token()})
    outputs.export(plan, sovereign)


def read(config: pulumi.Config) -> tuple[Settings | None, list[Problem]]:
    """The stack's settings (None where `sovereign:cluster` is no mapping) and what is wrong with
    them so far.
    """
    problems: list[Problem] = []
    if config.get_secret("seed") is None:
        rule, fix = "all keys and tokens are derived from it", f"run: {SEED_COMMAND}"
        problems.append(Problem("sovereign:seed", "nothing", rule, fix))
    settings, found = inspect(
        config.get_object("cluster"),
        config.get_object("operatorCidrs"),
        config.get("artifactMirror"),
    )
    return settings, [*problems, *found]


def decide(settings: Settings | None, problems: Sequence[Problem]) -> SovereignPlan:
    """The plan; raises ConfigError with every problem, those found before included."""
    if settings is None:
        raise ConfigError(problems)
    return build(settings, catalog.load(), problems)


def plain_seed() -> list[str]:
    """A sentence where the stack file shows the seed."""
    if not pulumi.runtime.is_config_secret("sovereign:seed"):
        return [PLAIN_SEED]
    return []


def warnings(plan: SovereignPlan) -> list[str]:
    """What is allowed and still worth a sentence."""
    if not plan.operator_cidrs:
        return [UNREACHABLE]
    return []


def checked_seed(seed: str) -> str:
    """The seed, refused where it is too short to derive keys from; never shown."""
    if len(seed) < SEED_MIN_CHARACTERS:
        raise pulumi.RunError(
            f"sovereign:seed: found {len(seed)} characters; at least {SEED_MIN_CHARACTERS} are "
            f"needed, all keys and tokens are derived from it; run: {SEED_COMMAND}"
        )
    return seed


def hcloud_token() -> pulumi.Output[str]:
    """The Hetzner token for the cloud controller's Secret: `hcloud:token`, else HCLOUD_TOKEN;
    always secret.
    """
    configured = pulumi.Config("hcloud").get_secret("token")
    return configured or pulumi.Output.secret(os.environ.get("HCLOUD_TOKEN", ""))
