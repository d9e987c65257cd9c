"""K3sJoin: one idempotent join per node, in an order that cannot deadlock."""

from typing import Any

import pytest
import yaml

from sovereign import secrets
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import COMMAND, SEED, Recording, Registration, record


@pytest.fixture(scope="module")
def recorded() -> Recording:
    return record(dev())


@pytest.fixture(scope="module")
def available() -> Recording:
    return record(HIGHLY_AVAILABLE)


def moved(name: str, address: str) -> Any:
    """A cloud that attached a server at another address than was asked for."""

    def answer(registration: Registration, outputs: dict[str, Any]) -> dict[str, Any]:
        return (
            {**outputs, "networks": [{"ip": address, "macAddress": "86:00"}]}
            if registration.name == name
            else outputs
        )

    return answer


def test_the_first_control_plane_creates_the_cluster(recorded: Recording) -> None:
    """It joins nobody and initialises embedded etcd."""
    variables = recorded.stdin("dev-control-plane-1-join")
    assert (variables["ROLE"], variables["SERVER_URL"]) == ("server", "")
    assert yaml.safe_load(variables["CONFIG"])["cluster-init"] is True


def test_workers_join_at_the_control_planes_private_address(recorded: Recording) -> None:
    """As agents, at port 6443."""
    for name in ("dev-default-1-join", "dev-default-2-join"):
        variables = recorded.stdin(name)
        assert variables["ROLE"] == "agent"
        assert variables["SERVER_URL"] == "https://10.0.1.2:6443"


def test_the_url_is_what_the_cloud_says_and_not_what_the_plan_asked_for() -> None:
    """Another answer of the cloud changes every worker's SERVER_URL."""
    recording = record(dev(), answer=moved("dev-control-plane-1", "10.0.1.77"))
    for name in ("dev-default-1-join", "dev-default-2-join"):
        assert recording.stdin(name)["SERVER_URL"] == "https://10.0.1.77:6443"


def test_workers_get_the_agent_token_and_never_the_server_token(recorded: Recording) -> None:
    """The agent token joins agents only; a k3s server without one would accept the server token
    from agents."""
    server, agent = secrets.server_token(SEED, "dev"), secrets.agent_token(SEED, "dev")
    assert server != agent
    control_plane = recorded.stdin("dev-control-plane-1-join")
    assert (control_plane["TOKEN"], control_plane["AGENT_TOKEN"]) == (server, agent)
    for name in ("dev-default-1-join", "dev-default-2-join"):
        worker = recorded.stdin(name)
        assert (worker["TOKEN"], worker["AGENT_TOKEN"]) == (agent, "")


def test_a_join_gets_the_planned_options_binary_and_limit(available: Recording) -> None:
    """For the architecture of the node, with nothing secret in the options."""
    for node in configurations.plan(HIGHLY_AVAILABLE).nodes:
        variables = available.stdin(f"{node.name}-join")
        assert yaml.safe_load(variables["CONFIG"]) == node.k3s_config
        assert {key: variables[key] for key in ("BINARY_URL", "BINARY_SHA256", "CHECKSUM_URL")} == {
            "BINARY_URL": node.binary.url,
            "BINARY_SHA256": "-",
            "CHECKSUM_URL": node.binary.checksums,
        }
        assert (variables["K3S_VERSION"], variables["LIMIT_S"]) == ("v1.36.4+k3s1", "600")
    assert available.stdin("dev-arm-11-join")["BINARY_URL"].endswith("/k3s-arm64")


def test_every_join_waits_for_the_api_but_the_one_that_creates_it(available: Recording) -> None:
    """The gate waits for the first join and nothing else."""
    first = available.command("dev-control-plane-1-join").dependencies
    assert first == {"Server dev-control-plane-1"}
    assert available.command("dev-api").dependencies == {
        "Command dev-control-plane-1-join",
        "Server dev-control-plane-1",
    }
    others = [join for join in joins(available) if join.name != "dev-control-plane-1-join"]
    assert len(others) == 4
    for join in others:
        assert "Command dev-api" in join.dependencies, join.label


def joins(recording: Recording) -> list[Registration]:
    """All join commands."""
    return [found for found in recording.of(COMMAND) if found.name.endswith("-join")]


def test_control_planes_join_one_at_a_time_and_workers_side_by_side(available: Recording) -> None:
    """Parallel servers fail with "too many learners" (KH#54, k3s#2533); workers follow the last
    server, so that an upgrade never leaves a kubelet newer than an API server."""

    def joins_before(name: str) -> set[str]:
        dependencies = available.command(f"{name}-join").dependencies
        return {found for found in dependencies if found.endswith("-join")}

    assert joins_before("dev-control-plane-2") == {"Command dev-control-plane-1-join"}
    assert joins_before("dev-control-plane-3") == {"Command dev-control-plane-2-join"}
    assert joins_before("dev-default-1") == {"Command dev-control-plane-3-join"}
    assert joins_before("dev-arm-11") == {"Command dev-control-plane-3-join"}


def test_joins_never_wait_for_cilium_or_the_cloud_controller(available: Recording) -> None:
    """Such an edge is a deadlock: nodes are what both need to become ready."""
    for join in joins(available):
        waits_for = {found.partition(" ")[0] for found in reachable(available, join)}
        assert waits_for.isdisjoint({"Release", "Secret"}), join.label


def reachable(recording: Recording, start: Registration) -> set[str]:
    """Labels of everything that a resource waits for, directly or not."""
    by_label = {found.label: found for found in recording}
    seen: set[str] = set()
    waiting = [start.label]
    while waiting:
        for label in by_label[waiting.pop()].dependencies - seen:
            seen.add(label)
            waiting.append(label)
    return seen


def test_a_replaced_first_control_plane_joins_a_survivor() -> None:
    """And the program talks to that survivor, which the joins and the gate follow."""
    generations = {"ids": [1, 2, 3], "generations": {"1": 2}}
    recording = record(dev(controlPlane=generations))
    variables = recording.stdin("dev-control-plane-1-join")
    assert variables["SERVER_URL"] == "https://10.0.1.3:6443"
    assert "cluster-init" not in yaml.safe_load(variables["CONFIG"])
    assert recording.stdin("dev-default-1-join")["SERVER_URL"] == "https://10.0.1.3:6443"
    assert recording.stdin("dev-control-plane-2-join")["SERVER_URL"] == ""
    assert "Server dev-control-plane-2" in recording.command("dev-api").dependencies
    assert "Command dev-api" in recording.command("dev-control-plane-1-join").dependencies


def test_a_worker_leaves_through_a_control_plane_that_stays(recorded: Recording) -> None:
    """A delete script and nothing else: with `update` a changed trigger would not run it
    (pulumi-command#447); when everything goes it is skipped."""
    for name in ("dev-default-1", "dev-default-2"):
        leave = recorded.command(f"{name}-leave")
        assert leave.inputs.keys().isdisjoint({"create", "update"})
        assert leave.deleted_with == "NetworkSubnet dev-nodes"
        assert recorded.stdin(f"{name}-leave") == {
            "NODE": name,
            "SERVER_ID": int_id(recorded.one("hcloud:index/server:Server", name)),
            "LIMIT_S": "600",
        }
        connection = leave.inputs["connection"].value
        assert connection["host"] == "198.51.100.2"
        server_id = recorded.one("hcloud:index/server:Server", name)
        assert leave.inputs["triggers"] == [int_id(server_id)]
        assert f"Command {name}-join" in leave.dependencies


def int_id(server: Registration) -> str:
    """The id that the recording's cloud gave the server."""
    return str(1000 + sum(f"{server.type}/{server.name}".encode()))


def test_only_workers_have_a_resource_that_lets_them_leave(available: Recording) -> None:
    """Of a control plane it would be deleted, and run, where one of three is the last that stays:
    control planes leave by the last gate, or before they are replaced."""
    leaving = {found.name for found in available.of(COMMAND) if found.name.endswith("-leave")}
    assert leaving == {"dev-default-1-leave", "dev-arm-11-leave"}


def test_a_server_that_would_create_a_cluster_knows_its_peers(available: Recording) -> None:
    """It asks them first; a worker asks nobody."""
    peers = {name: available.stdin(f"{name}-join")["PEERS"] for name in NAMES}
    assert peers == {"dev-control-plane-1": "10.0.1.3 10.0.1.4", "dev-default-1": ""}


def test_a_server_that_would_create_a_cluster_knows_some_workers(available: Recording) -> None:
    """Their kubelets tell it that there was one; a server that joins needs no witnesses."""
    workers = {
        name: available.stdin(f"{name}-join")["WORKERS"] for name in (*NAMES, "dev-control-plane-2")
    }
    arm, default = "10.0.1.30", "10.0.1.20"
    assert workers == {
        "dev-control-plane-1": f"{arm} {default}",
        "dev-control-plane-2": "",
        "dev-default-1": "",
    }


NAMES = ("dev-control-plane-1", "dev-default-1")


def test_gate_and_kubeconfig_follow_the_version(recorded: Recording) -> None:
    """The certificate in the kubeconfig lasts a year and is renewed when k3s restarts."""
    for name in ("dev-api", "dev-kubeconfig"):
        assert recorded.command(name).inputs["triggers"][-1] == "v1.36.4+k3s1"


def test_the_kubeconfig_is_read_after_the_gate_and_stays_secret(recorded: Recording) -> None:
    """By a command of its own without input, whose output is a secret."""
    read = recorded.command("dev-kubeconfig")
    assert "Command dev-api" in read.dependencies
    assert {"stdout", "stderr"} <= set(read.request.additionalSecretOutputs)
    assert "stdin" not in read.inputs


def test_packs_read_every_nodes_options_without_tokens_from_the_inputs(
    recorded: Recording,
) -> None:
    """Name, role and config as planned."""
    facts = recorded.one("sovereign:index:K3sJoin").inputs
    planned = configurations.plan(dev())
    assert facts["version"] == "v1.36.4+k3s1"
    assert [(node["name"], node["role"]) for node in facts["nodes"]] == [
        ("dev-control-plane-1", "server"),
        ("dev-default-1", "agent"),
        ("dev-default-2", "agent"),
    ]
    assert [node["config"] for node in facts["nodes"]] == [n.k3s_config for n in planned.nodes]
    assert not any({"token", "agent-token", "server"} & set(n["config"]) for n in facts["nodes"])


def test_the_limits_are_those_of_the_gates() -> None:
    """`gates.joinS` bounds joins, `gates.apiS` the API gate."""
    recording = record(dev(gates={"joinS": 111, "apiS": 222}))
    assert recording.stdin("dev-default-1-join")["LIMIT_S"] == "111"
    assert recording.stdin("dev-api")["LIMIT_S"] == "222"
