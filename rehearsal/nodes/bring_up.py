"""Where a bring-up comes to rest: which agents run, which taints stand, which nodes are Ready,
which pods run.

Each part waits for others (the cloud controller for a Ready node, Hubble's relay for an
initialized one), so the
answer is the fixed point of one step, reached from "nothing runs". Time plays no part.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

from rehearsal.nodes import cilium
from rehearsal.nodes.cloud_controller import CloudController
from rehearsal.nodes.helm_values import HelmValues
from rehearsal.nodes.k3s_words import NO_CNI, POSTING
from rehearsal.nodes.node_facts import NodeFacts, survey
from rehearsal.nodes.project import Machine
from rehearsal.nodes.releases import cilium_values, cloud_controller
from rehearsal.nodes.scheduling import (
    AGENT_NOT_READY,
    NETWORK_UNAVAILABLE,
    NO_EXECUTE,
    NO_SCHEDULE,
    NOT_READY,
    UNINITIALIZED,
    Candidate,
    Placement,
    Taint,
    place,
)
from rehearsal.nodes.state import Cluster
from rehearsal.nodes.world import World

NO_OPERATOR = (
    "Still waiting for Cilium Operator to register the following CRDs: [crd:ciliumnodes.cilium.io]"
)


@dataclass(frozen=True)
class Stage:
    """What runs so far."""

    agents: frozenset[str] = frozenset()
    """Nodes on which Cilium's agent runs."""
    operator: Placement | None = None
    controller: Placement | None = None
    initialized: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BringUp:
    """A cluster and the stage at which nothing changes any more."""

    world: World
    cluster: Cluster
    facts: tuple[NodeFacts, ...]
    cilium: HelmValues | None
    controller: CloudController | None
    stage: Stage = field(default=Stage())

    def agent_failure(self, facts: NodeFacts) -> str:
        """Why Cilium's agent does not run on a node, or empty."""
        if facts.name in self.stage.agents:
            return ""
        return facts.silence or facts.agent_failure or NO_OPERATOR

    def ready(self, facts: NodeFacts) -> bool:
        """The Node's Ready condition: its kubelet is heard and has a pod network."""
        flannel = self.cluster.k3s.text("flannel-backend", "vxlan") != "none"
        return not facts.silence and (flannel or facts.name in self.stage.agents)

    def not_ready_reason(self, facts: NodeFacts) -> str:
        """Why a Node is not Ready, as a person finds it: the kubelet's silence, or what keeps the
        CNI from running."""
        if self.ready(facts):
            return ""
        return facts.silence or (self.agent_failure(facts) if self.cilium else NO_CNI)

    def condition_message(self, facts: NodeFacts) -> str:
        """The message of the Ready condition."""
        if self.ready(facts):
            return POSTING
        return facts.silence or NO_CNI

    def taints(self, facts: NodeFacts) -> tuple[Taint, ...]:
        """The taints that stand, in the order in which kubelet, API server and controllers set
        them: the scheduler names the first that is not tolerated.
        """
        agent = facts.name in self.stage.agents
        standing = [t for t in facts.taints if t.key != AGENT_NOT_READY or not agent]
        if facts.uninitialized and facts.name not in self.stage.initialized:
            standing.append(Taint(UNINITIALIZED, "true", NO_SCHEDULE))
        if not self.ready(facts):
            standing += [Taint(NOT_READY, "", NO_SCHEDULE), Taint(NOT_READY, "", NO_EXECUTE)]
        if self.route_failure(facts):
            standing.append(Taint(NETWORK_UNAVAILABLE, "", NO_SCHEDULE))
        return tuple(standing)

    def route_failure(self, facts: NodeFacts) -> str:
        """Why the cloud controller could not write the route to a node's pods, or empty."""
        if self.controller is None or facts.pod_range is None:
            return ""
        if facts.name not in self.stage.initialized:
            return ""
        return self.controller.route_failure(facts.pod_range, self.world.networks)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The nodes as the scheduler sees them."""
        return tuple(Candidate(f.name, f.labels, self.taints(f)) for f in self.facts)

    def serves_services(self, node: str) -> bool:
        """Whether Service addresses work on a node: by kube-proxy, or by Cilium in its place."""
        if not self.cluster.k3s.flag("disable-kube-proxy"):
            return True
        replaced = self.cilium is not None and cilium.replaces_kube_proxy(self.cilium)
        return replaced and node in self.stage.agents

    def by_name(self, node: str) -> NodeFacts:
        """The facts of the Node of that name."""
        return next(facts for facts in self.facts if facts.name == node)


def come_to_rest(world: World, cluster: Cluster) -> BringUp:
    """Follow the bring-up of `cluster` until nothing changes."""
    values = cilium_values(cluster)
    current = BringUp(
        world, cluster, survey(world, cluster, values), values, cloud_controller(cluster)
    )
    while (after := _step(current)) != current.stage:
        current = replace(current, stage=after)
    return current


def _step(now: BringUp) -> Stage:
    candidates = now.candidates
    operator = now.stage.operator
    if now.cilium is not None and (operator is None or operator.pending):
        operator = place(cilium.operator(now.cilium), candidates)
    controller = now.stage.controller
    if now.controller is not None and (controller is None or controller.pending):
        controller = place(now.controller.workload(), candidates)
    return Stage(
        agents=now.stage.agents | _agents(now, operator),
        operator=operator,
        controller=controller,
        initialized=now.stage.initialized | _initialized(now, controller),
    )


def _agents(now: BringUp, operator: Placement | None) -> frozenset[str]:
    """Agents run where they reach the API, once an operator has registered Cilium's definitions."""
    if operator is None or not any(_heard(now, node) for node in operator.nodes):
        return frozenset()
    return frozenset(f.name for f in now.facts if not f.silence and not f.agent_failure)


def _heard(now: BringUp, node: str) -> bool:
    """Whether a pod that looks for the API as Cilium does runs on a node."""
    facts = now.by_name(node)
    return not facts.silence and not facts.agent_failure


def _initialized(now: BringUp, controller: Placement | None) -> frozenset[str]:
    """Nodes that a running cloud controller has given their provider id."""
    own = now.cluster.k3s
    if not own.flag("disable-cloud-controller"):
        return frozenset(f.name for f in now.facts)
    if not controller_runs(now, controller) or now.controller is None:
        return frozenset()
    chosen = now.controller
    return frozenset(
        f.name
        for f in now.facts
        if not chosen.initialization_failure(
            f.name, f.node_ip, _server_named(now, f.name), now.world.networks
        )
    )


def controller_runs(now: BringUp, controller: Placement | None) -> bool:
    """Whether a pod of the cloud controller runs: placed, started, and able to dial the API's
    Service."""
    if controller is None or now.controller is None or not controller.nodes:
        return False
    if now.controller.start_failure(now.world.networks):
        return False
    return any(now.serves_services(node) for node in controller.nodes)


def _server_named(now: BringUp, name: str) -> Machine | None:
    return next((m for m in now.world.machines if m.name == name), None)
