"""What the rule on load balancers says."""

from typing import Any

from tests.policies.cases.capacity import CILIUM_GATEWAY, TYPE, autoscaler, service
from tests.policies.cases.case import Case
from tests.policies.cases.stacks import CP, WORKER, Typed
from tests.policies.registrations import UNKNOWN

BALANCERS = "load-balancer-limits"
LB = "hcloud:index/loadBalancer:LoadBalancer"
TARGET = "hcloud:index/loadBalancerTarget:LoadBalancerTarget"
LISTENER = "hcloud:index/loadBalancerService:LoadBalancerService"
SMALL = (LB, {"loadBalancerType": "lb11", "id": "1"})
BY_LABEL = {"type": "label_selector", "labelSelector": "role=worker", "loadBalancerId": 1.0}
SELECTED = (TARGET, BY_LABEL)
TOO_MANY = "26 targets > 25 of a load balancer `lb11`"


def selected(selector: Any) -> Typed:
    """Return a target that is a selector of labels."""
    return TARGET, {**BY_LABEL, "labelSelector": selector}


def targets(count: int, owner: Any = 1.0) -> list[Typed]:
    """Return that many targets of one load balancer."""
    return [(TARGET, {"type": "server", "loadBalancerId": owner})] * count


LOAD_BALANCERS = [
    Case(BALANCERS, "compliant", [SMALL, *targets(25), *[(LISTENER, {"loadBalancerId": 1.0})] * 5]),
    Case(BALANCERS, "violating", [SMALL, *targets(26)], [TOO_MANY]),
    Case(
        BALANCERS,
        "violating",
        [SMALL, *[(LISTENER, {"loadBalancerId": UNKNOWN})] * 6],
        ["6 services > 5 of a load balancer `lb11`"],
    ),
    Case(
        BALANCERS,
        "violating",
        [SMALL, SELECTED, *[WORKER] * 26, CP],
        [TOO_MANY],
    ),
    Case(
        BALANCERS,
        "compliant",
        [SMALL, (LB, {"loadBalancerType": "lb11", "id": "2"}), *targets(25), *targets(25, 2.0)],
    ),
    Case(BALANCERS, "compliant", [service(), *[CP] * 25]),
    Case(BALANCERS, "compliant", [service(**{TYPE: "lb21"}), *[CP] * 26]),
    Case(
        BALANCERS,
        "compliant",
        [service(**{"load-balancer.hetzner.cloud/node-selector": "edge=true"}), *[CP] * 26],
    ),
    Case(
        BALANCERS,
        "violating",
        [service(), CILIUM_GATEWAY, *[CP] * 26],
        [TOO_MANY] * 2,
    ),
    Case(
        BALANCERS,
        "violating",
        [service((1.0, 2.0, 3.0, 4.0, 5.0, 6.0)), CP],
        ["6 services > 5 of a load balancer `lb11`"],
    ),
    *[
        Case(BALANCERS, "violating", [SMALL, selected(selector), *[WORKER] * 26, CP], [TOO_MANY])
        for selector in ("role!=control-plane", "role in (worker,edge)", "role==worker")
    ],
    *[
        Case(
            BALANCERS,
            "violating",
            [SMALL, selected(selector), *[WORKER] * 26],
            [TOO_MANY],
        )
        for selector in ("role", "", "!edge", "role notin (edge)", "role<>worker")
    ],
    *[
        Case(BALANCERS, "compliant", [SMALL, selected(selector), *[WORKER] * 26])
        for selector in ("edge", "role!=worker", "!role", "role in (edge)", "role=worker,edge")
    ],
    Case(
        BALANCERS,
        "violating",
        [service(), *[CP] * 5, autoscaler([{"maxSize": 21.0}])],
        [TOO_MANY],
    ),
    Case(
        BALANCERS,
        "unknown",
        [service(), autoscaler([{"maxSize": UNKNOWN}])],
        ["deferred: values.autoscalingGroups[0].maxSize"],
    ),
    Case(BALANCERS, "missing", [CP], None),
    Case(
        BALANCERS, "unknown", [(LB, {"loadBalancerType": UNKNOWN})], ["deferred: loadBalancerType"]
    ),
    Case(
        BALANCERS,
        "unknown",
        [SMALL, SMALL, *targets(1, UNKNOWN)],
        ["deferred: loadBalancerId", "deferred: loadBalancerId"],
    ),
    Case(BALANCERS, "unknown", [service(UNKNOWN)], ["deferred: spec.ports"]),
    Case(
        BALANCERS,
        "configured",
        [SMALL, *targets(26)],
        [],
        {"types": {"lb11": {"services": 5.0, "targets": 26.0}}},
    ),
]

CASES = LOAD_BALANCERS
