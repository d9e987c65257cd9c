"""The Hetzner Cloud API, simulated on the loopback interface.

::

    state = HetznerState.load(path)
    simulator = HetznerSimulator(state)
    with serve(simulator) as endpoint:  # "http://127.0.0.1:PORT/v1"
        ...
    state.save(path)
"""

from rehearsal.hetzner.core.routing import Answer, Request
from rehearsal.hetzner.faults import Fault
from rehearsal.hetzner.latency import HETZNER_LIKE, NONE, LatencyProfile
from rehearsal.hetzner.records import (
    Call,
    FirewallRuleRecord,
    Lifecycle,
    LoadBalancerRecord,
    NetworkAttachment,
    NetworkRecord,
    ServerEvent,
    ServerRecord,
    SubnetRecord,
)
from rehearsal.hetzner.serving import serve
from rehearsal.hetzner.simulator import HetznerSimulator
from rehearsal.hetzner.state import HetznerState

__all__ = [
    "HETZNER_LIKE",
    "NONE",
    "Answer",
    "Call",
    "Fault",
    "FirewallRuleRecord",
    "HetznerSimulator",
    "HetznerState",
    "LatencyProfile",
    "Lifecycle",
    "LoadBalancerRecord",
    "NetworkAttachment",
    "NetworkRecord",
    "Request",
    "ServerEvent",
    "ServerRecord",
    "SubnetRecord",
    "serve",
]
