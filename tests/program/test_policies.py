"""Both policy packs over what the program itself registers: nothing mandatory is ever found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from pulumi_policy.proxy import unknown_checking_proxy

from sovereign.components import cilium, cloud_controller, k3s_join, network, ready_gate, server
from sovereign.plan import SovereignPlan
from sovereign.plan import cilium as values
from tests import configurations
from tests.program.test_registrations import SCENARIOS
from tests.recording import SERVER, record, reveal
from tests.strategies import OPERATORS, clusters

RULES = [
    rule
    for pack in ("network", "encryption")
    for rule in import_module(f"policies.{pack}.rules").RULES
]


@dataclass
class Findings:
    """What all rules said of a stack, as `rule: finding`."""

    mandatory: list[str]
    advisory: list[str]
    deferred: set[str]
    evaluated: set[str]
    """Rules that judged something."""


Registered = tuple[str, str, Mapping[str, Any]]
"""Type, name and properties of a resource."""


def judged(stack: Iterable[Registered]) -> Findings:
    """Every rule with its default settings, properties as a pack sees them."""
    found = Findings([], [], set(), set())
    packs = {type(rule).__module__.rpartition(".")[0] for rule in RULES}
    resources = list(stack)
    read = {package: [*_read(package, resources)] for package in packs}
    for rule in RULES:
        package = type(rule).__module__.rpartition(".")[0]
        seen = read[package]
        configured = rule.configured({})
        if hasattr(rule, "subjects"):
            subjects = [one for type_, _, one in seen if rule.looks_at(type_, one)]
            verdicts = [rule.check(one, configured) for one in subjects]
        else:
            resource = import_module(f"{package}.rule").Resource
            whole = [resource(type_, name, f"{type_}::{name}", one) for type_, name, one in seen]
            verdicts = [rule.check(whole, configured)]
        for verdict in verdicts:
            if verdict is not None:
                found.evaluated.add(rule.id)
            for outcome in verdict or ():
                if hasattr(outcome, "found"):
                    said = found.mandatory if rule.level == "mandatory" else found.advisory
                    said.append(f"{rule.id}: {outcome.found}")
                else:
                    found.deferred.add(rule.id)
    return found


def _read(package: str, stack: Iterable[Registered]) -> Iterable[Registered]:
    """The resources as that pack's framework reads them through Pulumi's proxies."""
    plain = import_module(f"{package}.values").plain
    for type_, name, one in stack:
        yield type_, name, plain(unknown_checking_proxy(dict(one)))


def recorded(scenario: str) -> Findings:
    recording = record(**SCENARIOS[scenario])
    return judged((one.type, one.name, reveal(one.inputs)) for one in recording)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_scenario_breaks_a_mandatory_rule(scenario: str) -> None:
    """Nor leaves more than these unjudged: what needs several servers, a Gateway, protection."""
    found = recorded(scenario)
    assert found.mandatory == []
    assert all(one.startswith("artifacts-pinned: ") for one in found.advisory)
    optional = {
        "k3s-servers-identical",
        "api-server-every-control-plane",
        "strict-mode-keys",
        "gateway-listener-tls",
        "sovereign-protected",
    }
    assert {rule.id for rule in RULES} - found.evaluated <= optional


@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - {"first-preview"}))
def test_nothing_is_deferred_once_the_cloud_has_answered(scenario: str) -> None:
    """Every value that a rule asks for is known then."""
    assert recorded(scenario).deferred == set()


def test_a_first_preview_defers_only_what_the_cloud_must_answer() -> None:
    """The API server's address; whatever else a pack judges is known before."""
    assert recorded("first-preview").deferred == {"api-server-address"}


def planned(plan: SovereignPlan) -> Iterable[Registered]:
    """What the program registers of a plan, as far as packs read it, without running it."""
    yield "sovereign:index:Network", plan.name, network.facts(plan)
    yield "sovereign:index:K3sJoin", plan.name, k3s_join.facts(plan)
    yield "sovereign:index:Cilium", plan.name, cilium.facts(plan)
    yield "sovereign:index:CloudController", plan.name, cloud_controller.facts(plan)
    yield "sovereign:index:ReadyGate", plan.name, ready_gate.facts(plan)
    groups = {"ControlPlane": plan.control_planes, "WorkerPool": plan.workers}
    for component, nodes in groups.items():
        yield f"sovereign:index:{component}", plan.name, {"nodes": [*map(server.facts, nodes)]}
    for firewall in plan.firewalls.values():
        rules = [
            {"direction": "in", "protocol": "tcp", "port": rule.port, "sourceIps": [*rule.sources]}
            for rule in firewall.rules
        ]
        yield "hcloud:index/firewall:Firewall", firewall.name, {"rules": rules}
    yield "hcloud:index/network:Network", plan.name, {"ipRange": plan.network.cidr}
    subnet = {"ipRange": plan.network.node_cidr, "networkId": 1}
    yield "hcloud:index/networkSubnet:NetworkSubnet", plan.name, subnet
    for node in plan.nodes:
        inputs = {
            "name": node.name,
            "serverType": node.server_type,
            "labels": dict(node.hcloud_labels),
            "networks": [{"ip": node.private_ip, "aliasIps": []}],
        }
        yield SERVER, node.name, inputs
    addresses = [node.private_ip for node in plan.control_planes]
    several = len(addresses) > 1 and plan.api_server_address == "control-plane-ip"
    filled = values.fill(
        plan.cilium.values,
        host=values.server_host(plan.api_server_address, addresses[0]),
        urls=values.server_urls(addresses) if several else None,
    )
    release = {"name": "cilium", "chart": plan.cilium.chart, "version": plan.cilium.version}
    yield "kubernetes:helm.sh/v3:Release", plan.name, {**release, "values": filled}


@settings(max_examples=50)
@given(clusters(), OPERATORS)
def test_fifty_valid_configurations_break_no_mandatory_rule(
    cluster: dict[str, Any], operators: list[str]
) -> None:
    """What the plan accepts, the packs accept."""
    found = judged(planned(configurations.plan(cluster, operators)))
    assert found.mandatory == []
    assert found.deferred == set()


def test_the_incident_is_found_where_it_is_registered_raw() -> None:
    """So the tests above can fail."""
    recording = record(**SCENARIOS["dev"])
    stack = [(one.type, one.name, reveal(one.inputs)) for one in recording]
    for type_, name, inputs in stack:
        if type_.endswith(":Release") and name == "dev-cilium":
            inputs["values"]["k8sServiceHost"] = "127.0.0.1"
    (finding,) = judged(stack).mandatory
    assert finding.startswith("api-server-address: values.k8sServiceHost is 127.0.0.1:6443")
