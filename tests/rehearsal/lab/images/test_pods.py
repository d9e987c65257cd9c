"""Parts of what runs in pods that need no host."""

import errno
import json
import socket
import ssl
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from rehearsal.lab.rootfs.usr.local.lib.lab.pods import (
    allocation,
    cilium_nodes,
    definitions,
    dialing,
    hcloud_controller,
    probe,
)
from rehearsal.lab.rootfs.usr.local.lib.lab.pods.api import Api, Object, Refused
from rehearsal.lab.rootfs.usr.local.lib.lab.pods.condition import DIRECTORY, Condition
from rehearsal.lab.rootfs.usr.local.lib.lab.pods.datapath import Datapath, hardware, router
from rehearsal.lab.rootfs.usr.local.lib.lab.pods.lease import Lease
from rehearsal.nodes import api_path, bring_up
from rehearsal.nodes import dialing as model
from rehearsal.nodes import pod_network as model_network
from rehearsal.nodes.cloud_controller import LOWEST
from rehearsal.nodes.helm_values import HelmValues
from sovereign.plan import cilium

HOSTS = IPv4Network("10.0.0.0/8")
BLOCKS = [IPv4Network(f"10.0.{n}.0/24") for n in range(4)]


class Store(Api):
    """An API that is a table: path -> object."""

    def __init__(self, **objects: Object) -> None:
        super().__init__([], Path())
        self.objects = objects
        self.conflict = False

    def _call(
        self, method: str, path: str, body: Object | None = None, kind: str = "application/json"
    ) -> Object:
        del kind
        name = path.rpartition("/")[2]
        if method == "GET" and name not in self.objects:
            raise Refused(404, f"{name} not found")
        if method == "PUT" and self.conflict:
            raise Refused(409, "the object has been modified")
        if body is not None:
            self.objects[body["metadata"]["name"]] = body
        return self.objects.get(name, {})


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), model.refused("10.0.1.2", 6443)),
        (TimeoutError(), model.timed_out("10.0.1.2", 6443)),
        (OSError(errno.EHOSTUNREACH, "x"), "dial tcp 10.0.1.2:6443: connect: no route to host"),
        (
            OSError(errno.ENETUNREACH, "x"),
            "dial tcp 10.0.1.2:6443: connect: network is unreachable",
        ),
        (socket.gaierror(), "dial tcp: lookup 10.0.1.2: no such host"),
        (ssl.SSLCertVerificationError(), api_path.UNKNOWN_AUTHORITY),
    ],
)
def test_failed_connections_are_said_in_gos_words(error: OSError, words: str) -> None:
    """The same ones as the node model's."""
    assert dialing.reason(error, "10.0.1.2", 6443) == words


def test_the_agents_wait_is_the_models_sentence() -> None:
    """Which the status shows while no operator runs."""
    names = " ".join(f"crd:{name}" for name in definitions.AGENT_NEEDS)

    assert bring_up.NO_OPERATOR.endswith(f"the following CRDs: [{names}]")


@pytest.mark.parametrize("mtu", [1450, 1400, 1500])
def test_pods_may_send_what_the_plan_computes(mtu: int) -> None:
    """Route MTU = base - tunnel - encryption."""
    path = Datapath(IPv4Address("10.0.1.2"), BLOCKS[0], mtu, encrypted=True)

    assert path.route_mtu == cilium.pod_route_mtu(mtu)


def test_every_node_has_its_own_hardware_address_and_no_gateways_address() -> None:
    """The tunnel's addresses follow from the nodes'; 10.0.0.1 is the private network's gateway."""
    addresses = [IPv4Address(f"10.0.1.{n}") for n in (2, 3, 20)]

    assert len({hardware(address) for address in addresses}) == 3
    assert router(BLOCKS[0]) == IPv4Address("10.0.0.254")


def test_pod_ranges_follow_the_order_of_registration() -> None:
    """As the model hands them out, whether all have asked or not."""
    order = ["cp", "w1", "w2"]

    shares = allocation.shares(HOSTS, 24, order, {})

    model_values = HelmValues({"ipam": {"mode": "cluster-pool"}})
    assert list(shares.values()) == list(model_network.pod_ranges(model_values, "", 3))


def test_a_node_keeps_its_range_and_nobody_gets_it_twice() -> None:
    """When an earlier one leaves, its range is the next that is given out."""
    given = {"w1": BLOCKS[1], "w2": BLOCKS[2]}

    shares = allocation.shares(HOSTS, 24, ["w1", "w2", "w3", "w4"], given)

    assert shares == {"w1": BLOCKS[1], "w2": BLOCKS[2], "w3": BLOCKS[0], "w4": BLOCKS[3]}


def test_a_used_up_pool_leaves_nodes_without_a_range() -> None:
    """They wait, as Cilium's agents do."""
    shares = allocation.shares(IPv4Network("10.0.0.0/24"), 24, ["cp", "w1"], {})

    assert shares == {"cp": BLOCKS[0]}


def test_nodes_that_registered_at_the_same_second_are_told_apart_by_name() -> None:
    """Two operators must come to the same order."""
    stamps = {"b": "2026-01-01T00:00:01Z", "c": "2026-01-01T00:00:00Z", "a": "2026-01-01T00:00:01Z"}
    nodes = [{"metadata": {"name": n, "creationTimestamp": at}} for n, at in stamps.items()]

    assert allocation.registered(nodes) == ["c", "a", "b"]


def test_a_node_is_up_once_it_names_its_router() -> None:
    """Announced first, published when its network is made."""
    api = Store()
    cilium_nodes.announce(api, "w1", IPv4Address("10.0.1.20"), None)
    api.objects["ciliumnodes"] = {"items": [api.objects["w1"]]}
    (announced,) = cilium_nodes.every(api)
    cilium_nodes.publish(api, "w1", IPv4Address("10.0.1.20"), IPv4Address("10.42.1.254"), "KEY")
    api.objects["ciliumnodes"] = {"items": [api.objects["w1"]]}
    (published,) = cilium_nodes.every(api)

    assert (announced.up, announced.public_key) == (False, "")
    assert (published.up, published.public_key) == (True, "KEY")
    assert announced.address == published.address == IPv4Address("10.0.1.20")


def test_one_operator_holds_the_lease_until_it_is_silent() -> None:
    """Then another one takes it, and whoever loses the race waits."""
    api, now = Store(), [1000.0]
    clock: Callable[[], float] = lambda: now[0]  # noqa: E731
    one, other = (Lease(api, "/leases", "lock", name, clock) for name in ("cp", "w1"))

    assert one.hold()
    assert not other.hold()
    now[0] += 10
    api.conflict = True
    assert not other.hold()
    api.conflict = False
    assert other.hold()
    assert not one.hold()


def test_every_definition_is_one_that_the_api_takes() -> None:
    """Names, scopes and versions of cilium.io."""
    made = {d["metadata"]["name"]: d["spec"] for d in definitions.every()}

    assert set(definitions.AGENT_NEEDS) <= made.keys()
    assert made["ciliumclusterwidenetworkpolicies.cilium.io"]["scope"] == "Cluster"
    assert made["ciliumnetworkpolicies.cilium.io"]["scope"] == "Namespaced"
    for name, spec in made.items():
        assert name == f"{spec['names']['plural']}.{spec['group']}"


@pytest.mark.parametrize(
    ("version", "ends"), [("v1.30.0", True), ("v1.30.1", False), ("v1.35.0", False), ("", False)]
)
def test_controllers_before_the_models_lowest_version_panic(version: str, ends: bool) -> None:
    """The field `datacenter` is gone."""
    assert bool(hcloud_controller.panics(version)) == ends
    assert hcloud_controller.LOWEST == LOWEST


def test_a_condition_keeps_its_reason_over_a_new_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Until the new run knows better; what it says itself is printed, once in a row, last."""
    monkeypatch.setenv(DIRECTORY, str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        Condition("agent").fail("dial tcp 10.0.1.2:6443: i/o timeout")
    again = Condition("agent")
    again.begin()
    kept = json.loads((tmp_path / "agent.json").read_text(encoding="utf-8"))
    again.wait("waiting")
    again.wait("waiting")
    again.done(mtu=1450)
    done = json.loads((tmp_path / "agent.json").read_text(encoding="utf-8"))

    assert ended.value.code == 1
    assert kept == {"ready": False, "reason": "dial tcp 10.0.1.2:6443: i/o timeout"}
    assert done == {"ready": True, "reason": "", "mtu": 1450}
    assert capsys.readouterr().out == "dial tcp 10.0.1.2:6443: i/o timeout\nwaiting\n"


def frame(source: str, target: str, *, port: int = 0, content: bytes = b"") -> bytes:
    """An Ethernet frame with a UDP datagram."""
    ends = IPv4Address(source).packed + IPv4Address(target).packed
    header = bytes([0x45]) + bytes(8) + bytes([socket.IPPROTO_UDP]) + bytes(2) + ends
    return bytes(12) + b"\x08\x00" + header + bytes(2) + port.to_bytes(2) + bytes(4) + content


@pytest.mark.parametrize(
    ("seen", "clear"),
    [
        (frame("10.0.1.2", "10.0.1.20", port=51871, content=b"\x04\x00"), 0),
        (frame("10.0.1.2", "10.0.1.20", port=8472), 1),
        (frame("10.42.0.254", "10.42.1.254"), 1),
        (frame("10.0.1.2", "10.0.1.20", port=51871, content=b"sovereign-lab-clear-text "), 1),
        (bytes(12) + b"\x08\x06" + bytes(28), 0),
    ],
)
def test_pods_packets_are_recognized_in_clear_text(seen: bytes, clear: int) -> None:
    """WireGuard and ARP are not; VXLAN, pods' addresses and the known text are."""
    wire = probe.Wire(IPv4Network("10.42.0.0/24"))

    wire.judge(seen)

    assert wire.clear == clear


def test_wireguard_counts_where_this_host_sends_it() -> None:
    """What others send proves nothing of what this host does."""
    wire = probe.Wire(IPv4Network("10.42.0.0/24"))
    seen = frame("10.0.1.2", "10.0.1.20", port=51871, content=b"\x04\x00")

    wire.judge(seen)
    wire.judge(frame("10.0.1.2", "10.0.1.20", port=8080), sent=True)
    assert wire.cipher == 0

    wire.judge(seen, sent=True)
    assert wire.cipher == len(seen)


def test_the_environment_says_where_the_api_is() -> None:
    """A list of URLs wins over host and port, as for Cilium."""
    base = {"LAB_SERVICE_ACCOUNT": "/x", "KUBERNETES_SERVICE_HOST": "10.43.0.1"}
    urls = {"CILIUM_K8S_API_SERVER_URLS": "https://10.0.1.2:6443 https://10.0.1.3:6443"}

    def found(**more: Any) -> Any:
        return Api.from_environment({**base, **more}).addresses

    assert found() == [("10.43.0.1", 443)]
    assert found(KUBERNETES_SERVICE_PORT="6444") == [("10.43.0.1", 6444)]
    assert found(**urls) == [("10.0.1.2", 6443), ("10.0.1.3", 6443)]
