"""`refresh`: what is gone leaves the state, what drifted is noted, nothing else changes."""

from typing import Any

from hcloud import Client

from rehearsal.hetzner import Fault
from rehearsal.runtime import Command, Op, Result, run
from rehearsal.runtime.record import Record
from rehearsal.runtime.refresh import brought_up_to_date, without_the_gone
from rehearsal.runtime.values import Secret
from tests.rehearsal.runtime.workbench import Workbench, done

PROGRAM = """
net = hcloud.Network("net", name="n", ip_range="10.0.0.0/16", labels={"a": "b"})
sub = hcloud.NetworkSubnet("sub", network_id=net.id.apply(int), type="cloud",
    network_zone="eu-central", ip_range="10.0.1.0/24")
fw = hcloud.Firewall("fw", name="f", labels={"a": "b"}, opts=O(ignore_changes=["labels"]))
s = hcloud.Server("s", name="s", server_type="cpx22", image="ubuntu-24.04", location="nbg1",
    user_data=pulumi.Output.secret("#cloud-config"), firewall_ids=[fw.id.apply(int)],
    networks=[{"network_id": net.id.apply(int), "ip": "10.0.1.5", "alias_ips": []}],
    opts=O(depends_on=[sub]))
command.remote.Command("c", create="true", triggers=[s.id],
    connection={"host": "198.51.100.1"}, opts=O(deleted_with=s))
pulumi.export("id", s.id)
"""


def refreshed(bench: Workbench, command: Command = Command.REFRESH) -> Result:
    return run(bench.request(PROGRAM, command))


def console(bench: Workbench) -> Client:
    return Client("t", api_endpoint=bench.endpoint, poll_interval=0.01)


def found(result: Result) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What the refresh found, where it is not the same."""
    assert {step.op for step in result.steps} == {Op.REFRESH}
    return {
        step.name: (str(step.found), step.drifted)
        for step in result.steps
        if step.found is not Op.SAME
    }


def test_an_untouched_stack_is_the_same_and_only_read(bench: Workbench) -> None:
    """Not one write, and the next `up` has nothing to do."""
    bench.up(PROGRAM)
    before = len(bench.sent())
    result = refreshed(bench)
    assert (result.errors, found(result)) == ((), {})
    assert len(bench.sent()) == before
    assert set(result.outputs) == {"id"}
    assert done(bench.up(PROGRAM)) == []


def test_what_is_gone_leaves_the_state_with_every_mention_of_it(bench: Workbench) -> None:
    """The next `up` makes it again, and what it is bound to."""
    bench.up(PROGRAM)
    server = console(bench).servers.get_by_name("s")
    assert server is not None
    server.delete().wait_until_finished()
    result = refreshed(bench)
    assert found(result) == {"s": ("delete", ())}
    assert (result.counts["delete"], result.counts["same"]) == (1, 5)
    assert "s" not in bench.state()
    gone = "hcloud:index/server:Server::s"
    assert gone not in str(bench.state()["c"])
    assert done(bench.up(PROGRAM)) == [
        ("s", "create"),
        ("c", "create-replacement"),
        ("c", "replace"),
        ("c", "delete-replaced"),
    ]


def test_a_preview_of_a_refresh_writes_nothing(bench: Workbench) -> None:
    """It only says what it would find."""
    bench.up(PROGRAM)
    server = console(bench).servers.get_by_name("s")
    assert server is not None
    server.delete().wait_until_finished()
    text = bench.state_file.read_bytes()
    assert found(refreshed(bench, Command.PREVIEW_REFRESH)) == {"s": ("delete", ())}
    assert bench.state_file.read_bytes() == text


def test_a_detached_server_is_attached_again_by_the_next_up(bench: Workbench) -> None:
    """A plain `up` does not see it (data/engine-3.259, 28)."""
    bench.up(PROGRAM)
    client = console(bench)
    server, network = client.servers.get_by_name("s"), client.networks.get_by_name("n")
    assert server is not None
    assert network is not None
    server.detach_from_network(network).wait_until_finished()
    assert done(bench.up(PROGRAM)) == []
    result = bench.up(PROGRAM, refresh=True)
    assert done(result)[:1] == [("s", "refresh")] or ("s", "update") in done(result)
    assert result.counts["update"] == 1
    (after,) = bench.simulator.servers()
    assert [one.ip for one in after.attachments] == ["10.0.1.5"]


def test_a_property_whose_changes_are_ignored_stays_as_it_was_found(bench: Workbench) -> None:
    """Its drifted form is what the next run leaves alone; any other one is set back."""
    bench.up(PROGRAM)
    client = console(bench)
    firewall, network = client.firewalls.get_by_name("f"), client.networks.get_by_name("n")
    assert firewall is not None
    assert network is not None
    firewall.update(labels={"by": "hand"})
    network.update(labels={"by": "hand"})
    assert found(refreshed(bench)) == {
        "net": ("update", ("labels",)),
        "fw": ("update", ("labels",)),
    }
    assert done(bench.up(PROGRAM)) == [("net", "update")]


def test_a_secret_input_stays_secret(bench: Workbench) -> None:
    """The user_data of a server that is read again."""
    bench.up(PROGRAM)
    server = console(bench).servers.get_by_name("s")
    assert server is not None
    server.update(labels={"by": "hand"})
    refreshed(bench)
    assert "ciphertext" in bench.state()["s"]["inputs"]["userData"]
    assert "#cloud-config" not in bench.state_file.read_text()


def test_an_object_that_cannot_be_read_stops_the_run(bench: Workbench) -> None:
    """No program runs on half a refresh, and the state stays as it was."""
    bench.up(PROGRAM)
    text = bench.state()
    fault = Fault("GET", r"/networks/\d+", code="service_error", status=503, times=None)
    bench.simulator.inject(fault)
    result = bench.up(PROGRAM, refresh=True)
    assert not result.succeeded
    assert any("(service_error)" in error for error in result.errors)
    assert {step.op for step in result.steps} == {Op.REFRESH}
    assert bench.state() == text


def record(name: str, **more: Any) -> Record:
    return Record(f"urn:pulumi:dev::p::t:i:T::{name}", "t:i:T", custom=True, id=name, **more)


def test_an_object_that_was_replaced_and_is_gone_leaves_its_successor_its_mentions() -> None:
    """Both share a URN; only what nobody bears any more is unmentioned."""
    old, new = record("a", delete=True), record("a")
    child = record("b", dependencies=(old.urn,), parent=old.urn)
    assert without_the_gone([new, old, child], [new, None, child]) == [new, child]
    (left,) = without_the_gone([new, child], [None, child])
    assert (left.dependencies, left.parent) == ((), "")


def test_what_was_read_is_taken_over_with_its_secrets() -> None:
    """Failed initialisation is over, for the object was read."""
    old = record(
        "a",
        inputs={"name": "a", "key": Secret("k"), "size": 1},
        outputs={"name": "a", "key": Secret("k"), "size": 1, "made": "up"},
        init_errors=("half-way",),
    )
    now = brought_up_to_date(old, {"name": "b", "key": "other", "size": 1, "made": "up"})
    assert now.inputs == {"name": "b", "key": Secret("other"), "size": 1}
    assert now.outputs == {"name": "b", "key": Secret("other"), "size": 1, "made": "up"}
    assert now.init_errors == ()
