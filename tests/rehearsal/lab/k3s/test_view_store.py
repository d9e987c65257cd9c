"""What the controllers of the stand-in remember of the API's objects."""

import ssl
from typing import Any

from rehearsal.lab.k3s.api import Api
from rehearsal.lab.k3s.store import Store


def pod(uid: str, version: int) -> dict[str, Any]:
    """A pod as the API shows it."""
    metadata = {"namespace": "kube-system", "name": "cilium-x", "uid": uid}
    return {"metadata": {**metadata, "resourceVersion": str(version)}}


def test_an_answer_that_is_later_than_the_watch_brings_nothing_back() -> None:
    """The answer to a deletion shows the pod once more; a DaemonSet would count it for its node,
    and make no other one."""
    store = Store(
        Api("https://127.0.0.1:1", ssl.create_default_context()), "/api/v1/pods", lambda: None
    )
    store.put(pod("a", 1))
    store.drop(pod("a", 3))
    store.put(pod("a", 2))
    assert list(store) == []
    store.put(pod("b", 4))
    assert list(store) == [pod("b", 4)]
