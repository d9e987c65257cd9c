"""`wait-api.sh` and `wait-ready.sh`: the state at rest is what they would see at their limit, so
they never wait."""

import re

from rehearsal.nodes.bring_up import BringUp, come_to_rest
from rehearsal.nodes.departure import depart
from rehearsal.nodes.node_facts import NodeFacts
from rehearsal.nodes.ports import Outcome
from rehearsal.nodes.session import Session, failed
from rehearsal.nodes.state import Cluster
from rehearsal.nodes.status import BRING_UP_TAINTS
from rehearsal.nodes.workloads import WorkloadState, workloads

SERVER_REFUSED = (
    "The connection to the server 127.0.0.1:6443 was refused - did you specify "
    "the right host or port?"
)
TAKEN_OUT = "; one that was taken out before comes back with a raised generation"
"""Said of a control plane that is no node."""


def wait_api(session: Session) -> Outcome:
    """Whether the API server of this control plane is ready."""
    limit = session.variable("LIMIT_S")
    if session.cluster is not None and session.host.role == "server":
        return Outcome(f"{session.name}: the API is ready\n", "", 0)
    return session.diagnosed(
        f"{session.name}: the API is not ready after {limit} s; it last answered: {SERVER_REFUSED}"
    )


def wait_ready(session: Session) -> Outcome:
    """Whether every planned node and component is ready, a line for each; control planes that are
    no longer planned leave.
    """
    settled = _settle(session)
    cluster, prefix = session.cluster, f"{session.variable('CLUSTER')}-"
    protect = session.variable("PROTECT")
    if settled.exit_code or cluster is None:
        return settled
    planned = set(session.variable("NODES").split())
    leaving = [name for name in cluster.nodes if name.startswith(prefix) and name not in planned]
    servers = [name for name in leaving if re.match(rf"{prefix}control-plane-\d+$", name)]
    if not servers:
        return settled
    if protect:
        return failed(
            f"{servers[0]}: no longer planned, and protect keeps its server; set protect: false, "
            'run "pulumi up", then remove its id.'
        )
    if others := sorted(set(leaving) - set(servers)):
        return failed(
            f"{others[0]}: a worker and a control plane do not leave in the same "
            '"pulumi up": write one of them back, and remove it in the next one.'
        )
    return _retire_all(session, cluster, servers)


def _retire_all(session: Session, cluster: Cluster, names: list[str]) -> Outcome:
    """Let them leave one at a time, those that are not Ready first."""
    lines = []
    rest = come_to_rest(session.world, cluster)
    for name in sorted(names, key=lambda one: rest.ready(rest.by_name(one))):
        lines += depart(session.world, cluster, come_to_rest(session.world, cluster), name)
        settled = _settle(session)
        if settled.exit_code:
            return settled
        lines.append(f"{name} has left")
    return Outcome("".join(f"{line}\n" for line in lines) + settled.stdout, "", 0)


def _settle(session: Session) -> Outcome:
    """The state at rest is what the gate would see at its limit."""
    limit = session.variable("LIMIT_S")
    nodes, components = session.variable("NODES").split(), session.variable("COMPONENTS").split()
    if session.cluster is None or session.host.role != "server":
        lines = [f"waiting  the API of {session.name} does not answer"]
    else:
        rest = come_to_rest(session.world, session.cluster)
        states = {state.reference: state for state in workloads(rest)}
        lines = [_node_line(rest, name) for name in nodes]
        lines += [_component_line(name, states.get(name)) for name in components]
    table = "".join(f"{line}\n" for line in lines)
    waiting = [line for line in lines if line.startswith("waiting")]
    if not waiting:
        return Outcome(table, "", 0)
    sentence = "\n".join([f"After {limit} s not everything is ready:", *waiting])
    return session.diagnosed(sentence, stdout=table)


def _node_line(rest: BringUp, name: str) -> str:
    facts = next((found for found in rest.facts if found.name == name), None)
    if facts is None:
        server = re.search(r"-control-plane-[0-9]+$", name)
        return (
            f"waiting  node  {name}  has not joined: its server may be gone or not attached to "
            f'the network; run "pulumi up --refresh"{TAKEN_OUT if server else ""}'
        )
    taints = "".join(f"{taint} " for taint in rest.taints(facts))
    if not rest.ready(facts):
        return (
            f"waiting  node  {name}  {facts.node_ip} NotReady ({_why(rest, facts)}), "
            f"taints: {taints}"
        )
    if any(taint.key in BRING_UP_TAINTS for taint in rest.taints(facts)):
        return f"waiting  node  {name}  {facts.node_ip} Ready, but tainted: {taints}"
    return f"ready    node  {name}  {facts.node_ip}"


def _why(rest: BringUp, facts: NodeFacts) -> str:
    reason = "NodeStatusUnknown" if facts.silence else "KubeletNotReady"
    return f"{reason}: {rest.condition_message(facts)}"


def _component_line(name: str, state: WorkloadState | None) -> str:
    if state is None:
        return f"waiting  component  {name}  does not exist"
    word = "ready  " if state.ready >= state.desired > 0 else "waiting"
    return f"{word}  component  {name}  {state.ready}/{state.desired}"
