"""Name resolution, and hosts outside the cluster by name."""

import re
from collections.abc import Sequence
from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies import rules
from sovereign.mesh.workload import Workload

KUBE_DNS = Workload({"k8s-app": "kube-dns"}, "kube-system")
_PATTERN = re.compile(r"[-a-zA-Z0-9_.*]+")


def dns_egress(
    *,
    namespace: str,
    patterns: Sequence[str] = ("*",),
    hosts: Sequence[str] = (),
    ports: Sequence[int] = (443,),
    name: str = "dns-egress",
) -> list[Manifest]:
    """All pods of the namespace may ask the cluster's DNS for names that match `patterns`, and
    reach the outside `hosts` (host names, at most one leading `*.`) on `ports`.

    Cilium learns the addresses of hosts from these DNS answers, so both stand in one policy.
    Raises ConfigError.
    """
    checks = Checks("dns-egress")
    checks.label("namespace", namespace)
    checks.name("name", name)
    if not patterns:
        checks.add("patterns", [], "without one no name resolves", "write * for every name")
    for number, pattern in enumerate(patterns):
        if not _PATTERN.fullmatch(pattern):
            rule = "must be letters, digits and - _ . *"
            checks.add(f"patterns[{number}]", pattern, rule, "write for example *.example.com")
    for number, host in enumerate(hosts):
        checks.host(f"hosts[{number}]", host)
    for number, port in enumerate(ports):
        checks.port(f"ports[{number}]", port)
    checks.refuse()
    questions = {
        "ports": rules.port_list((53,), "ANY"),
        "rules": {"dns": [{"matchPattern": pattern} for pattern in patterns]},
    }
    egress: list[dict[str, Any]] = [
        {"toEndpoints": [KUBE_DNS.selector(namespace)], "toPorts": [questions]}
    ]
    if hosts:
        named = [{"matchPattern" if "*" in host else "matchName": host} for host in hosts]
        egress.append({"toFQDNs": named, "toPorts": [{"ports": rules.port_list(ports)}]})
    return [rules.policy(name, namespace, {"endpointSelector": {}, "egress": egress})]
