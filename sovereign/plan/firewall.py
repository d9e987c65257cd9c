"""Which inbound traffic Hetzner's firewalls let through: SSH and the API from operators, and
nothing else.

Private-network traffic does not pass these firewalls. An empty list of operators gives no rule:
closed.
"""

from sovereign.plan.model import FirewallPlan, FirewallRule

API_PORT = 6443
RULE_SOURCES_LIMIT = 100
"""CIDR blocks that one Hetzner firewall rule takes."""


def control_planes(cluster: str, operators: tuple[str, ...], ssh_port: int) -> FirewallPlan:
    """SSH and the Kubernetes API from operators."""
    rules = (_rule("SSH", ssh_port, operators), _rule("Kubernetes API", API_PORT, operators))
    return FirewallPlan(f"{cluster}-control-plane", rules if operators else ())


def workers(cluster: str, operators: tuple[str, ...], ssh_port: int) -> FirewallPlan:
    """SSH from operators."""
    rules = (_rule("SSH", ssh_port, operators),)
    return FirewallPlan(f"{cluster}-workers", rules if operators else ())


def _rule(what: str, port: int, operators: tuple[str, ...]) -> FirewallRule:
    return FirewallRule(f"{what} from operators", str(port), operators)
