"""Cilium's operator: registers the definitions of Cilium's kinds, gives out pod ranges where the
pool is its own. It serves no Gateway and no load balancer addresses."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from . import allocation, datapath, definitions
from .api import Api, Refused, Unreachable
from .condition import Condition
from .lease import Lease

CONFIGURATION = "/api/v1/namespaces/kube-system/configmaps/cilium-config"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
HEALTH_PORT = 9234
PERIOD_S = 1.0


@dataclass
class Operator:
    """One of the operators; the one that holds the lease works."""

    api: Api
    lease: Lease
    condition: Condition
    settings: Mapping[str, str]
    _registered: bool = field(default=False, init=False)

    def step(self) -> None:
        """One round. An API that is away for a while is waited for, as long as the pod lives."""
        try:
            if self.lease.hold():
                self._work()
            self.condition.done()
        except Unreachable as lost:
            self.condition.wait(f"{lost}{datapath.overlap(self.api.addresses[0][0])}")
        except Refused as refused:
            self.condition.say(f"the API refuses: {refused}")

    def _work(self) -> None:
        if not self._registered:
            definitions.register(self.api)
            self._registered = True
        if self.settings["ipam"] == "cluster-pool":
            allocation.allocate(self.api, self.settings)


def main() -> NoReturn:
    """The container's command."""
    condition = Condition("cilium-operator")
    condition.begin()
    condition.serve(HEALTH_PORT)
    api = Api.from_environment()
    try:
        lease = Lease(api, LEASES, "cilium-operator-resource-lock", os.environ["K8S_NODE_NAME"])
        operator = Operator(api, lease, condition, api.get(CONFIGURATION)["data"])
    except Unreachable as unreachable:
        condition.fail(f"{unreachable}{datapath.overlap(api.addresses[0][0])}")
    except Refused as refused:
        condition.fail(str(refused))
    while True:
        operator.step()
        time.sleep(PERIOD_S)
