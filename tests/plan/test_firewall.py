"""Firewalls: SSH and the API from operators, nothing else from anywhere."""

from sovereign.plan import firewall
from sovereign.plan.model import FirewallRule

OPERATORS = ("203.0.113.0/24", "2001:db8::/32")


def test_control_planes_let_operators_to_ssh_and_the_api() -> None:
    """And hold no third rule."""
    plan = firewall.control_planes("dev", OPERATORS, 22)
    assert plan.name == "dev-control-plane"
    assert plan.rules == (
        FirewallRule("SSH from operators", "22", OPERATORS),
        FirewallRule("Kubernetes API from operators", "6443", OPERATORS),
    )


def test_workers_let_operators_to_ssh() -> None:
    """Nothing else listens for people there."""
    plan = firewall.workers("dev", OPERATORS, 2222)
    assert plan.name == "dev-workers"
    assert plan.rules == (FirewallRule("SSH from operators", "2222", OPERATORS),)


def test_nobody_means_closed() -> None:
    """A rule without sources would be refused, or worse, read as everybody (KH#1707)."""
    assert firewall.control_planes("dev", (), 22).rules == ()
    assert firewall.workers("dev", (), 22).rules == ()
