"""Secrets are encrypted at rest, and no token travels in user data, which pods might read."""

import re
from collections.abc import Sequence

from .framework.k3s_script import servers as servers_by_script
from .framework.packed import KEY_BLOCK, unpacked
from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import COMMAND, K3S_JOIN, SERVER
from .framework.values import Unknown, at, entries, shown, text

OPTION = "secrets-encryption"
TOKENS = {
    "a k3s token (K10…::…)": re.compile(r"\bK10[0-9A-Za-z]+::[0-9A-Za-z]"),
    "a token variable (K3S_TOKEN=…)": re.compile(
        r"\b(?:K3S_TOKEN|K3S_AGENT_TOKEN|HCLOUD_TOKEN|RKE2_TOKEN)\b[\"']?\s*[=:]\s*[\"']?[0-9A-Za-z]"
    ),
    "a token key (token: …)": re.compile(
        r"(?:^|[{,])[ \t-]*[\"']?(?:agent-|server-|hcloud-)?token[\"']?\s*:[ \t]*[\"']?[0-9A-Za-z]",
        re.MULTILINE,
    ),
    "a token option (--token …)": re.compile(r"--(?:agent-)?token[= ][\"']?[0-9A-Za-z]"),
    "a Hetzner Cloud token (64 letters and digits)": re.compile(
        r"(?<![0-9A-Za-z+/_-])(?=[0-9A-Za-z]*[A-Z])(?=[0-9A-Za-z]*[g-z])[0-9A-Za-z]{64}(?![0-9A-Za-z+/=_-])"
    ),
}


def encrypted_at_rest(props: Props, _: Settings) -> Sequence[Outcome] | None:
    """Judge `secrets-encryption` of every k3s server: ours, or one that a script installs."""
    nodes = at(props, "nodes")
    if isinstance(nodes, Unknown):
        return [Deferred(nodes.path)]
    servers = [each for each in entries(nodes) if at(each, "role") == "server"]
    servers += servers_by_script(props, [OPTION])
    outcomes: list[Outcome] = []
    for server in servers:
        found = at(server, "config", OPTION)
        if isinstance(found, Unknown):
            outcomes.append(Deferred(found.path, why=found.why))
        elif found is not True:
            name = text(at(server, "name"))
            outcomes.append(Violation(f"{name}: {OPTION} is {shown(found)}, not true"))
    return outcomes if servers else None


def no_token(props: Props, settings: Settings) -> Sequence[Outcome]:
    """Judge user data by pattern, packed parts included. The SSH host key may stand there."""
    user_data = at(props, "userData")
    if isinstance(user_data, Unknown):
        return [Deferred(user_data.path)]
    patterns = dict(TOKENS)
    for pattern in entries(settings["otherPatterns"]):
        patterns[f"the configured pattern {shown(pattern)}"] = re.compile(
            text(pattern), re.MULTILINE
        )
    found = {
        what: place
        for readable, place in unpacked(text(user_data), "userData")
        for what, pattern in patterns.items()
        if pattern.search(KEY_BLOCK.sub("", readable))
    }
    return [Violation(f"{place} holds {what}") for what, place in found.items()]


K3S_SECRETS_ENCRYPTION = ResourceRule(
    id="k3s-secrets-encryption",
    level="mandatory",
    severity="critical",
    prevents="Kubernetes Secrets are encrypted in etcd and in every snapshot of it.",
    learned_from=("k3s docs: hardening guide", "k3s docs: secrets encryption"),
    fix="set secrets-encryption: true on every k3s server, before its first start",
    tags=("encryption-at-rest", "nist-800-53:SC-28"),
    subjects=(K3S_JOIN, SERVER, COMMAND),
    check=encrypted_at_rest,
)

NO_TOKEN_IN_USER_DATA = ResourceRule(
    id="no-token-in-user-data",
    level="mandatory",
    severity="critical",
    prevents="No token can be read from a node's metadata address: user data stays there for the "
    "server's life.",
    learned_from=("HK#716", "CAPH#1701", "Hetzner docs: server metadata"),
    fix="hand tokens over SSH to the join script's standard input, and the cloud token to the "
    "controller's Secret",
    tags=("secrets", "nist-800-53:IA-5"),
    settings={
        "otherPatterns": {
            "type": "array",
            "items": {"type": "string", "format": "regex"},
            "default": [],
            "description": "Further regular expressions that user data must not match.",
        }
    },
    subjects=(SERVER,),
    check=no_token,
)
