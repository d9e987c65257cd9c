"""One of several operators works, the others wait: a Lease, as Kubernetes' controllers hold it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from .api import Api, Object, Refused

DURATION_S = 6


@dataclass(frozen=True)
class Lease:
    """A Lease that `holder` tries to hold."""

    api: Api
    path: str
    """Path of the namespace's leases."""
    name: str
    holder: str
    clock: Callable[[], float] = time.time

    def hold(self) -> bool:
        """Take or renew it; False while somebody else has it."""
        spec: Object = {
            "holderIdentity": self.holder,
            "leaseDurationSeconds": DURATION_S,
            "renewTime": _text(self.clock()),
        }
        fresh = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                 "metadata": {"name": self.name}, "spec": spec}  # fmt: skip
        held = self.api.find(f"{self.path}/{self.name}")
        if held is None:
            return self.api.create(self.path, fresh) is not None
        if held["spec"].get("holderIdentity") not in (self.holder, None) and self._lives(held):
            return False
        try:
            self.api.replace(f"{self.path}/{self.name}", {**held, "spec": spec})
        except Refused as refused:
            if refused.status != 409:
                raise
            return False
        return True

    def _lives(self, held: Object) -> bool:
        renewed = held["spec"].get("renewTime")
        return bool(renewed) and self.clock() - _seconds(renewed) < DURATION_S


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
