"""Workloads by their labels: Cilium gives each set of labels an identity, and policies name
identities, not addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from sovereign.mesh.checks import Checks

NAMESPACE_LABEL = "k8s:io.kubernetes.pod.namespace"
"""The label by which a policy names a workload of another namespace."""


@dataclass(frozen=True)
class Workload:
    """Pods with these labels."""

    labels: Mapping[str, str]
    """At least one, for example `{"app": "api"}`."""
    namespace: str | None = None
    """Default: the namespace of the policy that names it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """`shop/app=api,tier=web` or `app=api`; ValueError where it is neither.

        A head with a dot is a label's prefix (`app.kubernetes.io/name=api`), not a namespace.
        """
        head, slash, rest = text.partition("/")
        has_namespace = bool(slash) and "." not in head and "=" not in head
        pairs = [pair.partition("=") for pair in (rest if has_namespace else text).split(",")]
        if not all(key and equals for key, equals, _ in pairs):
            raise ValueError(
                f"{text!r} is no workload; write for example shop/app=api or app=frontend"
            )
        return cls({key: value for key, _, value in pairs}, head if has_namespace else None)

    def selector(self, home: str) -> dict[str, dict[str, str]]:
        """How a policy in namespace `home` names it as a peer."""
        found = dict(self.labels)
        if self.namespace not in (None, home):
            found[NAMESPACE_LABEL] = str(self.namespace)
        return {"matchLabels": found}

    def check(self, checks: Checks, argument: str, *, namespace: bool = False) -> None:
        """Add what is wrong with it; `namespace`: it must say its own."""
        checks.labels(argument, self.labels)
        if self.namespace is not None or namespace:
            checks.label(f"{argument}.namespace", self.namespace)

    def title(self) -> str:
        """Its labels' values as part of a name."""
        kept = "-".join(self.labels.values()).lower()
        return "".join(c if c.isalnum() else "-" for c in kept).strip("-") or "any"
