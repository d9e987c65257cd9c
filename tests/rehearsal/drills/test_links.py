"""Links that break in the middle: SSH, Hetzner's API, the cluster's API, an attachment."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from rehearsal.hetzner import Fault
from rehearsal.nodes.ports import (
    COULD_NOT_CONNECT,
    ApiUnreachable,
    ClusterApi,
    Connection,
    Hosts,
    Outcome,
    Release,
)
from tests.rehearsal.drills.stage import Stage, opened

EVERYTHING = 36
LOST = "wait: remote command exited without exit status or exit signal"
ATTACH = r"/servers/\d+/actions/attach_to_network"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Stage]:
    """An empty project."""
    with opened(tmp_path) as stage:
        yield stage


@dataclass
class DroppedSession:
    """SSH to one address is lost once the script has run: nobody learns how it ended."""

    inner: Hosts
    script: str
    dropped: list[str] = field(default_factory=list)

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        """Run it, and lose the answer of the first run of that script."""
        outcome = self.inner.run(connection, script, stdin)
        if self.script in script and not self.dropped:
            self.dropped.append(connection.host)
            return Outcome("", f"{LOST}\n", COULD_NOT_CONNECT)
        return outcome


@dataclass
class CutApi:
    """A cluster whose API stops answering before one release."""

    inner: ClusterApi
    release: str

    def install_release(self, kubeconfig: str, release: Release) -> None:
        """Not this one."""
        if release.name == self.release:
            raise ApiUnreachable("dial tcp 198.51.100.1:6443: i/o timeout")
        self.inner.install_release(kubeconfig, release)

    def uninstall_release(self, kubeconfig: str, name: str, namespace: str) -> None:
        """As it is."""
        self.inner.uninstall_release(kubeconfig, name, namespace)

    def apply_object(self, kubeconfig: str, manifest: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return self.inner.apply_object(kubeconfig, manifest)

    def delete_object(self, kubeconfig: str, manifest: dict[str, Any]) -> None:
        """As it is."""
        self.inner.delete_object(kubeconfig, manifest)


def converges(stage: Stage, **changes: Any) -> None:
    """The next `up` ends with everything there, once, and Ready."""
    result = stage.up(**changes)
    assert result.errors == ()
    assert stage.status().ready
    names = stage.names()
    assert len(names) == len(set(names)) == 9
    assert stage.up().counts["same"] == EVERYTHING


def test_a_session_that_is_lost_in_a_join_is_made_up_for(fresh: Stage) -> None:
    """The run names node and reason; the next one repeats the join, which changes nothing."""
    drivers = fresh.session.drivers
    dropped = DroppedSession(drivers.hosts, "Makes this host a k3s server or agent")
    result = fresh.up(drivers=replace(drivers, hosts=dropped))
    (error,) = result.errors
    assert "dev-control-plane-1-join" in error
    assert LOST in error
    converges(fresh)


def test_a_session_that_is_lost_in_the_last_gate_is_made_up_for(fresh: Stage) -> None:
    """Everything is there; the gate runs again."""
    drivers = fresh.session.drivers
    dropped = DroppedSession(drivers.hosts, "Waits until every node and every component")
    result = fresh.up(drivers=replace(drivers, hosts=dropped))
    assert "dev-ready" in result.errors[0]
    converges(fresh)


@pytest.mark.parametrize("after", [0, 2])
def test_an_api_of_hetzner_that_fails_in_the_middle_leaves_nothing_double(
    fresh: Stage, after: int
) -> None:
    """Some servers are there, some not; what was made is in the state."""
    fresh.simulator.inject(
        Fault("POST", "/servers", code="service_error", status=503, after=after, times=None)
    )
    result = fresh.up()
    assert "(service_error)" in result.errors[0]
    assert len(fresh.simulator.servers()) == after
    fresh.simulator.clear_faults()
    converges(fresh)


@pytest.mark.parametrize("release", ["cilium", "hcloud-cloud-controller-manager"])
def test_an_api_of_the_cluster_that_is_cut_before_a_release_is_made_up_for(
    fresh: Stage, release: str
) -> None:
    """The release fails by name; the next `up` installs it."""
    drivers = fresh.session.drivers
    result = fresh.up(drivers=replace(drivers, cluster=CutApi(drivers.cluster, release)))
    assert any("dial tcp 198.51.100.1:6443: i/o timeout" in error for error in result.errors)
    converges(fresh)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_server_that_was_never_attached_is_named_with_its_cure(fresh: Stage, order: int) -> None:
    """The first `up` fails at the attachment, of whichever server comes to it then. The second one
    sends none and would call the server well: the program says what is missing. `--refresh`
    attaches it."""
    fresh.simulator.inject(Fault("POST", ATTACH, status=422, after=order))
    assert "injected failure (invalid_input)" in fresh.up().errors[0]
    (detached,) = [one for one in fresh.simulator.servers() if not one.attachments]
    again = fresh.up()
    (error,) = again.errors
    assert f"server {detached.name} exists but has no private address" in error
    assert "run `pulumi up --refresh`, which attaches it" in error
    assert fresh.not_ready() == {} or detached.name in fresh.not_ready()
    converges(fresh, refresh=True)
