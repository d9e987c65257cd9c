"""`python -m policies.catalogue` writes docs/policies.md: every rule, from the code that judges.

A test fails where the page is stale.
"""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "policies.md"
HEAD = Path(__file__).with_suffix(".md")
"""What stands above the rules: how packs are run, configured, and used for an audit."""
PACKS = ("network", "encryption")
ENVIRONMENTS = ("dev", "staging", "prod")
CONTROL = "nist-800-53:"
REPOSITORIES = {
    "KH": "kube-hetzner/terraform-hcloud-kube-hetzner",
    "HK": "vitobotta/hetzner-k3s",
    "TF": "hetznercloud/terraform-provider-hcloud",
    "hccm": "hetznercloud/hcloud-cloud-controller-manager",
    "H8": "hcloud-k8s/terraform-hcloud-kubernetes",
    "HT": "hcloud-talos/terraform-hcloud-talos",
    "CAPH": "syself/cluster-api-provider-hetzner",
    "cilium": "cilium/cilium",
    "kubespray": "kubernetes-sigs/kubespray",
    "ksail": "devantler-tech/ksail",
    "pulumi-kubernetes": "pulumi/pulumi-kubernetes",
}
"""Short name of an upstream project -> its repository; others are given as `owner/name#number`."""
THREAD = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+)?)(?: PR)?#(?P<number>\d+)")


def page() -> str:
    """Return the whole page."""
    rules = {pack: import_module(f"policies.{pack}.rules").RULES for pack in PACKS}
    remedies = [rule.id for pack in rules.values() for rule in pack if getattr(rule, "adds", None)]
    count = sum(len(pack) for pack in rules.values())
    head = HEAD.read_text(encoding="utf-8").format(count=count, remedies="`, `".join(remedies))
    parts = [head, _environments(rules)]
    for pack, listed in rules.items():
        parts.append(f"## Pack `{pack}`\n")
        parts.append("\n".join(_overview(listed)) + "\n")
        parts += ["\n".join(_rule(rule)) + "\n" for rule in listed]
    return "\n".join(parts)


def _environments(rules: Mapping[str, Any]) -> str:
    rows = ["| environment | differs from the rules' own defaults by |", "|---|---|"]
    for environment in ENVIRONMENTS:
        changes = []
        for pack in rules:
            path = ROOT / "policies" / pack / f"config.{environment}.json"
            for rule, given in json.loads(path.read_text(encoding="utf-8")).items():
                shown = ", ".join(f"{key} {json.dumps(value)}" for key, value in given.items())
                changes.append(f"`{rule}`: {shown}")
        rows.append(f"| {environment} | {'; '.join(changes) or 'nothing'} |")
    return "\n".join(rows) + "\n"


def _overview(rules: Any) -> Iterator[str]:
    yield "| rule | level | severity | prevents |"
    yield "|---|---|---|---|"
    for rule in rules:
        yield f"| [{rule.id}](#{rule.id}) | {rule.level} | {rule.severity} | {rule.prevents} |"


def _rule(rule: Any) -> Iterator[str]:
    topics = [tag for tag in rule.tags if not tag.startswith(CONTROL)]
    controls = [tag.removeprefix(CONTROL) for tag in rule.tags if tag.startswith(CONTROL)]
    judges = "each resource, before it is made" if hasattr(rule, "subjects") else "the whole stack"
    yield f"### {rule.id}\n"
    yield f"{rule.prevents}\n"
    yield f"- Level: {rule.level}; severity: {rule.severity}; judges {judges}."
    yield f"- Fix: {rule.fix}."
    yield f"- Learned from: {', '.join(_linked(each) for each in rule.learned_from)}."
    yield f"- Tags: {', '.join(topics)}; NIST SP 800-53: {', '.join(controls)}."
    for name, schema in rule.settings.items():
        default = json.dumps(schema["default"], ensure_ascii=False)
        yield f"- Setting `{name}` ({schema['type']}, default `{default}`): {schema['description']}"


def _linked(source: str) -> str:
    """Link each thread of a source; what is no thread stays as it is."""

    def link(found: re.Match[str]) -> str:
        name = found["name"]
        repository = name if "/" in name else REPOSITORIES[name]
        return f"[{found[0]}](https://github.com/{repository}/issues/{found['number']})"

    return THREAD.sub(link, source)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
