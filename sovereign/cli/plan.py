"""`sovereign plan`: everything that is decided about a Sovereign, without cloud, account or
network.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from sovereign import catalog
from sovereign.cli.stack_file import CLUSTER_KEY, StackFile
from sovereign.config import Settings
from sovereign.mesh.load_balancing.choice import options
from sovereign.parsing import inspect
from sovereign.plan import SovereignPlan, build
from sovereign.plan.cost import NOT_PLANNED, CostPlan, sentence
from sovereign.problems import ConfigError, Problem


def plan_of(stack_file: StackFile) -> SovereignPlan:
    """The plan of the stack's configuration; raises ConfigError with every problem."""
    settings, problems = _inspected(stack_file)
    if settings is None:
        raise ConfigError(problems)
    return build(settings, catalog.load(), problems)


def settings_of(stack_file: StackFile) -> Settings:
    """The stack's configuration with its defaults; raises ConfigError with every problem."""
    settings, problems = _inspected(stack_file)
    if settings is None or problems:
        raise ConfigError(problems)
    return settings


def _inspected(stack_file: StackFile) -> tuple[Settings | None, tuple[Problem, ...]]:
    config = stack_file.config
    return inspect(
        config.get(CLUSTER_KEY),
        config.get("sovereign:operatorCidrs"),
        config.get("sovereign:artifactMirror"),
    )


def as_json(plan: SovereignPlan) -> dict[str, Any]:
    """The whole plan as plain JSON values, keys as the dataclasses name them."""
    plain: dict[str, Any] = json.loads(json.dumps(_plain(plan)))
    return plain


def show(plan: SovereignPlan, console: Console) -> None:
    """The plan as tables."""
    network = plan.network
    title = f"Sovereign {plan.name} in {plan.location}: k3s {plan.k3s_version}, "
    console.print(f"[bold]{title}Cilium {plan.cilium.version}[/bold]")
    console.print(
        f"network {network.cidr}, nodes {network.node_cidr}, pods {network.pod_cidr}, "
        f"services {network.service_cidr}; {plan.attachments} of 100 attachments"
    )
    console.print(_nodes(plan))
    console.print(_firewalls(plan))
    console.print(_downloads(plan))
    console.print(_load_balancing(plan))
    console.print(f"Cilium reaches the API by {_address(plan)}; WireGuard, MTU {_mtu(plan)}")
    console.print(costs(plan.cost))
    console.print(sentence(plan.cost))
    console.print(f"not included: {NOT_PLANNED}")


def costs(cost: CostPlan) -> Table:
    """Every position with its price, net."""
    table = Table("billed", "count", f"{cost.currency} each", "a month")
    for line in cost.lines:
        table.add_row(line.label, f"{line.quantity:g}", money(line.each), money(line.amount))
    return table


def money(amount: float | None) -> str:
    """To the cent, finer where a cent would be nothing; an unknown price in words."""
    if amount is None:
        return "unknown"
    return f"{amount:.4f}" if 0 < amount < 0.1 else f"{amount:.2f}"


def _nodes(plan: SovereignPlan) -> Table:
    table = Table()
    table.add_column("node", no_wrap=True)
    for title in ("type", "image", "private IP", "location", "placement group"):
        table.add_column(title, overflow="fold")
    for node in plan.nodes:
        table.add_row(
            node.name,
            node.server_type,
            node.image,
            node.private_ip,
            node.location,
            node.placement_group,
        )
    return table


def _firewalls(plan: SovereignPlan) -> Table:
    table = Table("firewall", "open", "to")
    for firewall in plan.firewalls.values():
        if not firewall.rules:
            table.add_row(firewall.name, "nothing", "nobody")
        for rule in firewall.rules:
            table.add_row(firewall.name, f"tcp {rule.port}", ", ".join(rule.sources))
    return table


def _downloads(plan: SovereignPlan) -> Table:
    table = Table("download", "version", "verified by")
    for artifact in plan.artifacts:
        verified = f"sha256 {artifact.sha256[:12]}…" if artifact.sha256 else "not pinned"
        if not artifact.sha256 and artifact.checksums:
            verified = "the release's checksum file"
        table.add_row(artifact.name, artifact.version, verified)
    return table


def _load_balancing(plan: SovereignPlan) -> Table:
    """All ways, the chosen one first, so that the choice can be weighed where it is shown."""
    table = Table("load balancing", show_header=True)
    table.add_column("chosen first", overflow="fold")
    for option in sorted(options(), key=lambda one: one.kind != plan.load_balancer):
        for label, text in option.rows():
            table.add_row(option.kind if text == option.title else label, text)
        table.add_section()
    return table


def _address(plan: SovereignPlan) -> str:
    if plan.api_server_address == "node-local":
        return "127.0.0.1:6444 on each node"
    return ", ".join(f"{node.private_ip}:6443" for node in plan.control_planes)


def _mtu(plan: SovereignPlan) -> str:
    return f"{plan.cilium.values['MTU']} on the network, {plan.cilium.pod_route_mtu} for pods"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
