"""What the rest of the rehearsal sees: records, events, journal, faults, saved state."""

import stat
from pathlib import Path

import pytest

from rehearsal.hetzner import (
    Fault,
    HetznerSimulator,
    HetznerState,
    Lifecycle,
    Request,
    ServerEvent,
)
from tests.rehearsal.hetzner.api import PUBLIC_KEY, Api, Clock, rule, server_body


def _project(api: Api) -> int:
    """A network, a key, a firewall and a server in all of them; the server's id."""
    api.network(subnet="10.0.1.0/24")
    api.post("/ssh_keys", name="k", public_key=PUBLIC_KEY)
    firewall = api.post("/firewalls", name="f", rules=[rule()])["firewall"]["id"]
    group = api.post("/placement_groups", name="g", type="spread")["placement_group"]["id"]
    server = api.server(
        "a",
        user_data="#cloud-config",
        labels={"role": "worker"},
        ssh_keys=["k"],
        firewalls=[{"firewall": firewall}],
        placement_group=group,
    )
    network = api.get("/networks")["networks"][0]["id"]
    api.attach(server, network, "10.0.1.20", alias_ips=["10.0.1.99"])
    balancer = {"name": "lb", "load_balancer_type": "lb11", "location": "nbg1"}
    target = {"type": "server", "server": {"id": server}}
    services = [{"protocol": "tcp", "listen_port": 6443}]
    api.post("/load_balancers", **balancer, services=services, targets=[target])
    api.post("/volumes", name="v", size=10, server=server)
    return server


def test_a_record_holds_what_a_node_model_needs(api: Api, simulator: HetznerSimulator) -> None:
    """Boot data, addresses, keys, effective rules; the private NIC came after the boot."""
    server = _project(api)
    (record,) = simulator.servers()
    assert record.id == server
    assert (record.user_data, record.image, record.architecture) == (
        "#cloud-config",
        "ubuntu-24.04",
        "x86",
    )
    assert record.public_ipv4 == "198.51.100.1"
    assert record.public_keys == (PUBLIC_KEY,)
    (attachment,) = record.attachments
    assert (attachment.ip, attachment.alias_ips) == ("10.0.1.20", ("10.0.1.99",))
    assert attachment.after_boot
    assert [r.port for r in record.firewall_rules] == ["22"]
    assert record.boots == 1
    (network,) = simulator.networks()
    assert (network.ip_range, network.server_ids) == ("10.0.0.0/16", (server,))
    (balancer,) = simulator.load_balancers()
    assert (balancer.services, balancer.target_server_ids) == (((6443, 6443),), (server,))


def test_a_record_does_not_print_its_user_data(api: Api, simulator: HetznerSimulator) -> None:
    """It holds the host's SSH key, which must not get into a log by way of repr."""
    api.server(user_data="PRIVATE KEY")
    assert "PRIVATE KEY" not in repr(simulator.servers())
    assert "PRIVATE KEY" not in repr(simulator.state.servers)
    assert "PRIVATE KEY" not in repr(simulator.journal)


def test_listeners_hear_of_every_step_of_a_servers_life(
    api: Api, simulator: HetznerSimulator
) -> None:
    """In order, with the server as it is right after the step, before the call is answered."""
    heard: list[ServerEvent] = []
    simulator.listen(heard.append)
    network = api.network(subnet="10.0.1.0/24")
    firewall = api.post("/firewalls", name="f")["firewall"]["id"]
    server = api.server(firewalls=[{"firewall": firewall}])
    api.attach(server, network, "10.0.1.2")
    path = f"/servers/{server}/actions"
    api.post(f"{path}/change_alias_ips", network=network, alias_ips=["10.0.1.9"])
    api.post(f"/firewalls/{firewall}/actions/set_rules", rules=[rule()])
    api.post(f"{path}/poweroff")
    api.post(f"{path}/poweroff")
    api.post(f"{path}/poweron")
    api.post(f"{path}/reset")
    api.post(f"{path}/rebuild", image="debian-13")
    api.post(f"{path}/detach_from_network", network=network)
    api.delete(f"/servers/{server}")
    assert [event.kind.value for event in heard] == [
        "created",
        "booted",
        "attached",
        "aliases-changed",
        "firewall-changed",
        "powered-off",
        "booted",
        "reset",
        "booted",
        "rebuilt",
        "booted",
        "detached",
        "deleted",
    ]
    attached = heard[2]
    assert (attached.network_id, attached.server.attachments[0].ip) == (network, "10.0.1.2")
    assert heard[0].server.attachments == ()
    assert heard[0].server.status == "off"
    assert heard[-1].server.boots == 4


def test_a_server_without_public_address_is_attached_before_it_boots(
    api: Api, simulator: HetznerSimulator
) -> None:
    """With one it is the other way round."""
    heard: list[ServerEvent] = []
    simulator.listen(heard.append)
    network = api.network(subnet="10.0.1.0/24")
    closed = {"enable_ipv4": False, "enable_ipv6": False}
    api.server("private", networks=[network], public_net=closed)
    api.server("public", networks=[network])
    attached, booted = Lifecycle.ATTACHED, Lifecycle.BOOTED
    kinds = [event.kind for event in heard]
    assert kinds == [Lifecycle.CREATED, attached, booted, Lifecycle.CREATED, booted, attached]
    private, public = simulator.servers()
    assert not private.attachments[0].after_boot
    assert public.attachments[0].after_boot


def test_a_refused_call_tells_nobody(api: Api, simulator: HetznerSimulator) -> None:
    """Nothing happened."""
    heard: list[ServerEvent] = []
    simulator.listen(heard.append)
    api.refused("POST", "/servers", **server_body("under_score"))
    assert heard == []


def test_the_journal_holds_calls_without_what_is_confidential(
    api: Api, simulator: HetznerSimulator
) -> None:
    """Method, path, status and body; of user_data only the length; a count per method."""
    api.server(user_data="#cloud-config")
    api.call("GET", "/servers/1")
    created, missing = simulator.journal
    assert (created.method, created.path, created.status) == ("POST", "/servers", 201)
    assert created.body_summary is not None
    assert created.body_summary["user_data"] == "<13 characters>"
    assert created.body_summary["name"] == "a"
    assert (missing.status, missing.body_summary) == (404, None)
    assert simulator.counts() == {"POST": 1, "GET": 1}
    assert "token" not in repr(simulator.journal)


def test_a_fault_hits_the_calls_it_was_laid_for(api: Api, simulator: HetznerSimulator) -> None:
    """The second matching call only, with its code; nothing is made by it."""
    simulator.inject(Fault("POST", "/servers", "placement_error", "no room", after=1))
    api.server("a")
    assert api.refused("POST", "/servers", **server_body("b")) == (412, "placement_error")
    api.get("/servers")
    api.server("b")
    simulator.inject(Fault("DELETE", r"/servers/\d+", "locked", times=None))
    for record in simulator.servers():
        assert api.refused("DELETE", f"/servers/{record.id}") == (423, "locked")
    simulator.clear_faults()
    for record in simulator.servers():
        api.delete(f"/servers/{record.id}")
    assert simulator.is_empty()


def test_a_withheld_answer_leaves_its_effect(simulator: HetznerSimulator) -> None:
    """The server exists although the caller never heard of it."""
    simulator.inject(Fault("POST", "/servers", withheld=True))
    assert simulator.handle(Request("POST", "/servers", {}, server_body("orphan")), "t") is None
    assert [record.name for record in simulator.servers()] == ["orphan"]
    assert simulator.journal[0].status is None


def test_a_saved_project_is_found_again(api: Api, tmp_path: Path, clock: Clock) -> None:
    """All of it, and ids go on where they were; only the owner may read the file."""
    _project(api)
    path = tmp_path / "hetzner.json"
    api.simulator.state.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = HetznerSimulator(HetznerState.load(path), clock=clock)
    assert again.state == api.simulator.state
    assert again.servers() == api.simulator.servers()
    assert Api(again).server("b") > max(record.id for record in api.simulator.servers())
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_run_loses_nothing(tmp_path: Path) -> None:
    """Every change is in the file before the call is answered, also when the answer gets lost."""
    path = tmp_path / "hetzner.json"
    simulator = HetznerSimulator(HetznerState(), saved_to=path)
    Api(simulator).get("/servers")
    assert not path.exists()
    simulator.inject(Fault("POST", "/servers", withheld=True))
    simulator.handle(Request("POST", "/servers", {}, server_body("orphan")), "token")
    assert HetznerState.load(path) == simulator.state
    assert [server.name for server in HetznerState.load(path).servers.values()] == ["orphan"]


def test_a_missing_file_is_an_empty_project_and_a_strange_one_an_error(tmp_path: Path) -> None:
    """A file of another version is not guessed at."""
    path = tmp_path / "hetzner.json"
    assert HetznerSimulator(HetznerState.load(path)).is_empty()
    path.write_text('{"version": 99}', encoding="utf-8")
    with pytest.raises(ValueError, match="version 99"):
        HetznerState.load(path)
    path.write_text('{"servers": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="servers"):
        HetznerState.load(path)


def test_selling_out_an_unknown_type_is_a_mistake(simulator: HetznerSimulator) -> None:
    """Rather than a test that tests nothing."""
    with pytest.raises(KeyError):
        simulator.sell_out("cpx99", "nbg1")
