"""Callers of a service restricted to named clients, over an encrypted network.

WireGuard encrypts and authenticates nodes; the policy names workloads. Cilium's own mutual
authentication needs SPIRE: without it `authentication.mode: required` drops all traffic
(cilium `bpf/lib/auth.h`), and it is deprecated in 1.20 (cilium#47132).
"""

from collections.abc import Sequence
from typing import Literal

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies import rules
from sovereign.mesh.workload import Workload

AUTHENTICATION_LINES = ("1.19", "1.20")
"""Chart lines that carry mutual authentication; 1.20 is the last known one."""


def require_mtls(
    *,
    to: Workload,
    callers: Sequence[Workload],
    ports: Sequence[int],
    authentication: Literal["wireguard", "required"] = "wireguard",
    spire: bool = False,
    cilium_line: str = "1.20",
    name: str | None = None,
) -> list[Manifest]:
    """Ingress to `to` from the named callers only; pods' traffic between nodes is encrypted by the
    Sovereign's WireGuard.

    `authentication="required"` adds Cilium's mutual authentication. It is refused unless `spire`
    says that the cluster runs SPIRE and the chart line carries it. Raises ConfigError.
    """
    checks = Checks("require-mtls")
    rules.check_callers(checks, to, callers, ports, "TCP")
    checks.one_of("authentication", authentication, ("wireguard", "required"))
    if authentication == "required" and not spire:
        rule = (
            "without SPIRE nobody can authenticate, so this policy would drop all traffic to the "
            "service"
        )
        checks.add("authentication", authentication, rule, "use wireguard, or install SPIRE first")
    if authentication == "required" and cilium_line not in AUTHENTICATION_LINES:
        rule = (
            "mutual authentication is deprecated (cilium#47132); only the lines "
            f"{' and '.join(AUTHENTICATION_LINES)} are known to carry it"
        )
        checks.add("cilium_line", cilium_line, rule, "use authentication=wireguard")
    chosen = f"require-mtls-{to.title()}" if name is None else name
    checks.name("name", chosen)
    checks.refuse()
    mode = "required" if authentication == "required" else None
    spec = {
        "description": f"Only named callers reach {to.title()}; WireGuard encrypts between nodes",
        "endpointSelector": {"matchLabels": dict(to.labels)},
        "ingress": [rules.from_callers(to, callers, {"ports": rules.port_list(ports)}, mode)],
    }
    return [rules.policy(chosen, str(to.namespace), spec)]
