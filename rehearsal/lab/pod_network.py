"""The proof that pods on different hosts reach each other at full size and in cipher text: packets,
sent by a program on each host, and the words that the node model has for what fails.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from rehearsal.lab.survey import ASKED_AT_ONCE, Inside
from rehearsal.nodes import pod_network
from rehearsal.nodes.helm_values import HelmValues

PROGRAM = "/usr/local/lib/lab/images/pod-network-probe"
AGENT = ("cat", "/run/lab/cilium-agent.json")
BULK_BYTES = 2 * 1024 * 1024
SMALL = 64
"""Bytes of a small packet."""
CLEAR_TEXT = "{count} packets of pods were on the network in clear text"
UNSEEN = "pods got {sent} bytes across, and only {cipher} bytes of WireGuard were on the network"
UNPROVED = "the proof did not end: see pod-network-probe on that host"


@dataclass(frozen=True)
class Proof:
    """Each empty where it is proved, or where there is nobody to prove it to."""

    pod_network: str
    encryption: str


def prove(hosts: Inside, server_ids: Iterable[int]) -> Proof:
    """Let every one of these hosts prove it to all the others. A host whose agent does not run
    proves nothing: its node is not Ready, which is said elsewhere."""
    with ThreadPoolExecutor(max_workers=ASKED_AT_ONCE) as pool:
        said = pool.map(lambda server: (server, _ask(hosts, server, AGENT)), sorted(server_ids))
        able = {server: agent.get("pods") for server, agent in said if agent.get("ready")}
        program = (PROGRAM, str(len(able) - 1))
        found = list(pool.map(lambda server: _ask(hosts, server, program), able))
        return judge([_among(facts, set(able.values())) for facts in found])


def judge(said: Sequence[Mapping[str, Any]]) -> Proof:
    """What the facts of all hosts amount to; the first failure counts."""
    network = next(filter(None, map(_network, said)), "")
    return Proof(network, next(filter(None, map(_encryption, said)), ""))


def _among(facts: Mapping[str, Any], ranges: Collection[Any]) -> Mapping[str, Any]:
    """The facts without peers whose agent does not run: a route to their pods may still stand."""
    peers = [peer for peer in facts.get("peers", ()) if peer["pods"] in ranges]
    return {**facts, "peers": peers} if facts else facts


def _ask(hosts: Inside, server_id: int, program: Sequence[str]) -> Mapping[str, Any]:
    done = hosts.run_inside(server_id, program)
    facts: Mapping[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return facts


def _network(facts: Mapping[str, Any]) -> str:
    if not facts.get("agent"):
        return UNPROVED
    known, expected = len(facts["peers"]), facts["expected"]
    if known < expected:
        return f"{facts['address']} knows the pods of {known} other nodes, not of {expected}"
    for peer in facts["peers"]:
        if not peer["small"]:
            return f"no packet reaches the pods of {peer['pods']} from other nodes"
        if not peer["full"] or peer["bulk"] != BULK_BYTES:
            return _stalled(facts, peer)
    return ""


def _stalled(facts: Mapping[str, Any], peer: Mapping[str, Any]) -> str:
    encryption = {"enabled": facts["encrypted"], "type": "wireguard"}
    values = HelmValues({"MTU": facts["mtu"], "encryption": encryption})
    known = pod_network.mtu_problem(values, facts["nic_mtu"])
    return known or (
        f"small packets pass, bulk stalls: {peer['bulk']} of {BULK_BYTES} bytes reached the pods "
        f"of {peer['pods']}"
    )


def _encryption(facts: Mapping[str, Any]) -> str:
    """Nothing in clear text, and as much in cipher text as pods got across: a wire on which nothing
    was seen proves nothing."""
    if not facts.get("agent"):
        return UNPROVED
    if not facts["encrypted"]:
        return ""
    if facts["clear"]:
        return CLEAR_TEXT.format(count=facts["clear"])
    sent = sum(max(peer["bulk"], SMALL if peer["small"] else 0) for peer in facts["peers"])
    if facts["cipher"] < sent:
        return UNSEEN.format(sent=sent, cipher=facts["cipher"])
    return ""
