"""Names that are taken and limits that are near, against the simulator."""

from dataclasses import replace

from rehearsal.hetzner import HetznerSimulator
from rehearsal.hetzner.core.routing import Request
from sovereign.preflight.checks import judge
from sovereign.preflight.look import look
from sovereign.preflight.project import Existing
from tests.preflight.asking import SSH_KEY, asked_for, create, errors, findings, one, project


def test_a_name_that_somebody_else_uses_is_in_the_way() -> None:
    """Without this environment's labels a name is a stranger's; with them it is our own."""
    body = {"name": "dev", "ip_range": "10.0.0.0/16"}
    stranger = errors(findings(create("/networks", body)))
    assert [finding.subject for finding in stranger] == ["network dev"]
    own = {**body, "labels": {"cluster": "dev", "managed-by": "sovereign"}}
    found = findings(create("/networks", own))
    assert not errors(found)
    assert "recover" in one(found, "name", "cluster dev").fix


def test_a_key_that_the_project_holds_under_another_name_is_in_the_way() -> None:
    """Hetzner takes a public key once per project."""
    body = {"name": "somebody", "public_key": f"{SSH_KEY} laptop"}
    found = errors(findings(create("/ssh_keys", body), ssh={"extraKeys": {"me": SSH_KEY}}))
    assert [finding.subject for finding in found] == ["ssh key dev-me"]
    assert "somebody" in found[0].said


def test_limits_say_what_is_left() -> None:
    """Servers of the plan, and what others attached to its network."""
    with project() as (_, access):
        seen = look(access)
    labels = {"cluster": "dev", "managed-by": "sovereign"}
    network = Existing(7, "networks", "dev", labels)
    others = [Existing(n, "load_balancers", f"lb-{n}", {}, networks=(7,)) for n in range(1, 91)] + [
        Existing(99, "load_balancers", "elsewhere", {}, networks=(8,))
    ]
    there = replace(seen, existing=(network, *others))
    found = one(judge(asked_for(), there), "limit", "attachments")
    assert (found.level, "= 93 of 100, 7 left" in found.said) == ("ok", True), found.said
    more = [Existing(n, "servers", f"vm-{n}", {}, networks=(7,)) for n in range(8)]
    full = replace(there, existing=(*there.existing, *more))
    found = one(judge(asked_for(), full), "limit", "attachments")
    assert (found.level, "= 101 of 100" in found.said) == ("error", True), found.said


def test_attachments_are_read_from_servers_and_load_balancers() -> None:
    """A load balancer of the cloud controller on our network takes one."""
    labels = {"cluster": "dev", "managed-by": "sovereign"}

    def attached(simulator: HetznerSimulator) -> None:
        network = {"name": "dev", "ip_range": "10.0.0.0/16", "labels": labels}
        subnet = {"type": "cloud", "ip_range": "10.0.1.0/24", "network_zone": "eu-central"}
        answer = simulator.handle(
            Request("POST", "/networks", {}, {**network, "subnets": [subnet]}), "any"
        )
        assert answer is not None
        assert answer.body is not None
        body = {
            "name": "made-by-the-cluster", "load_balancer_type": "lb11", "location": "nbg1",
            "network": answer.body["network"]["id"],
        }  # fmt: skip
        create("/load_balancers", body)(simulator)

    found = one(findings(attached), "limit", "attachments")
    assert "3 servers + 1 load balancers" in found.said
    assert "= 4 of 100, 96 left" in found.said


def test_what_an_account_limits_is_counted() -> None:
    """The quotas are not in the API; what is there and what is new is."""
    found = one(findings(create("/networks", {"name": "x", "ip_range": "10.9.0.0/16"})), "limit",
                "the account")  # fmt: skip
    assert "servers 0 + 3, primary addresses 0 + 6, networks 1 + 1" in found.said
