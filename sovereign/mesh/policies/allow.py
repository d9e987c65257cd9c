"""Who may call a service, by identity."""

from collections.abc import Sequence
from typing import Literal

from sovereign.mesh.checks import Checks
from sovereign.mesh.conflicts import refuse_conflicts
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies import rules
from sovereign.mesh.workload import Workload


def allow(
    *,
    to: Workload,
    callers: Sequence[Workload] = (),
    ports: Sequence[int],
    protocol: Literal["TCP", "UDP", "SCTP", "ANY"] = "TCP",
    from_gateway: bool = False,
    egress: bool = False,
    name: str | None = None,
) -> list[Manifest]:
    """Ingress to `to` from the named callers only, on the named ports.

    `to` says its namespace; a caller without one is in the same. `from_gateway`: also what comes
    through any of the cluster's Gateways; then nobody else need be named. `egress`: also one policy
    per caller that lets it out, for namespaces with `default_deny`. Raises ConfigError, also where
    a caller is named twice.
    """
    checks = Checks("allow")
    rules.check_callers(checks, to, callers, ports, protocol, from_gateway=from_gateway)
    chosen = rules.default_name("allow", to, callers) if name is None else name
    checks.name("name", chosen)
    checks.refuse()
    to_ports = {"ports": rules.port_list(ports, protocol)}
    spec = {
        "endpointSelector": {"matchLabels": dict(to.labels)},
        "ingress": rules.ingress_rules(to, callers, to_ports, from_gateway=from_gateway),
    }
    made = [rules.policy(chosen, str(to.namespace), spec)]
    if egress:
        names = [f"{caller.title()}-to-{to.title()}"[:253] for caller in callers]
        made += [
            rules.towards(to, caller, out, to_ports)
            for caller, out in zip(callers, names, strict=True)
        ]
    refuse_conflicts(made)
    return made
