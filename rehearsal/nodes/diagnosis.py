"""What `diagnose.sh` prints on a host: cloud-init, k3s' last errors, and on a server nodes and
Cilium's errors."""

import re
from collections import Counter

from rehearsal.nodes.bring_up import BringUp, come_to_rest
from rehearsal.nodes.node_facts import NodeFacts
from rehearsal.nodes.project import Machine
from rehearsal.nodes.workloads import workloads
from rehearsal.nodes.world import World

_DIALS = re.compile(r"dial tcp \S+: connect: [a-z ]+")


def diagnose(world: World, machine: Machine, name: str) -> str:
    """The findings, without the sentence at their end."""
    host = world.state.hosts[machine.id]
    lines = [f"== cloud-init on {name}"]
    if host.boot:
        lines.append(f"status: {'error' if host.boot.failed else 'done'}")
        lines += [
            *host.boot.errors,
            *([host.boot.commands_failed] if host.boot.commands_failed else []),
        ]
    lines += [f"== k3s on {name}", "-- its last errors"]
    if host.failure:
        lines.append(f'level=error msg="{host.failure}"')
    cluster = world.state.clusters.get(host.cluster)
    if cluster and host.role == "server" and world.has_quorum(cluster):
        lines += _in_the_cluster(come_to_rest(world, cluster))
    failed = Counter(dial for line in lines for dial in _DIALS.findall(line))
    lines += [
        "== connections that failed",
        *(f"{n:7} {dial}" for dial, n in sorted(failed.items())),
    ]
    return "".join(f"{line}\n" for line in lines)


def _in_the_cluster(rest: BringUp) -> list[str]:
    lines = ["== nodes"]
    for facts in rest.facts:
        taints = " ".join(f"{t.key}={t.value}:{t.effect}" for t in rest.taints(facts))
        lines.append(
            f"{facts.name}: Ready={rest.ready(facts)} address={facts.node_ip} taints={taints}"
        )
    lines.append("== pods that wait")
    lines += [
        f"{state.reference.partition('/')[2]}: Pending {state.reason}"
        for state in workloads(rest)
        if not state.is_ready
    ][:20]
    for facts in [f for f in rest.facts if not rest.ready(f)][:5]:
        lines += [f"== {facts.name}", _condition(rest, facts)]
        if rest.cilium is not None and not facts.silence:
            lines.append(f'level=error msg="{rest.agent_failure(facts)}"')
    return lines


def _condition(rest: BringUp, facts: NodeFacts) -> str:
    status = "Unknown NodeStatusUnknown" if facts.silence else "False KubeletNotReady"
    return f"Ready={status}: {rest.condition_message(facts)}"
