"""Commands over SSH: files as they are, secrets on stdin, the host key pinned."""

import shlex
from typing import Any

import pytest

from sovereign import catalog, secrets
from sovereign.components.ssh import environment_file
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import COMMAND, SEED, SERVER, Recording, Secret, record, reveal


@pytest.fixture(scope="module")
def recorded() -> Recording:
    return record(HIGHLY_AVAILABLE)


def connections(recording: Recording) -> dict[str, dict[str, Any]]:
    """Command -> how it logs in."""
    return {found.name: reveal(found.inputs["connection"]) for found in recording.of(COMMAND)}


SCRIPTS = {
    "join": "join.sh",
    "api": "wait-api.sh",
    "kubeconfig": "read-kubeconfig.sh",
    "crds": "apply-manifests.sh",
    "values": "write-values.sh",
    "leave": "leave.sh",
    "ready": "wait-ready.sh",
}


def test_every_command_is_a_script_file_to_the_last_byte(recorded: Recording) -> None:
    """With an explicit `update` of the same text, for scripts are idempotent; leave deletes."""
    scripts = catalog.load().scripts
    for command in recorded.of(COMMAND):
        text = scripts[SCRIPTS[command.name.rpartition("-")[2]]]
        inputs = command.inputs
        if command.name.endswith("-leave"):
            assert (inputs.get("delete"), inputs.get("create")) == (text, None)
        else:
            assert (inputs["create"], inputs["update"], inputs.get("delete")) == (text, text, None)


def test_every_connection_pins_the_host_key_derived_for_its_node(recorded: Recording) -> None:
    """Without `hostKey` nothing is checked."""
    by_host = {
        f"198.51.100.{server.inputs['networks'][0]['ip'].rpartition('.')[2]}": server.name
        for server in recorded.of(SERVER)
    }
    found = connections(recorded)
    for command, connection in found.items():
        node = by_host[connection["host"]]
        assert connection["hostKey"] == secrets.host_key(SEED, node, 1).public, command
    assert len({connection["hostKey"] for connection in found.values()}) == 5


def test_a_raised_generation_is_dialled_with_its_new_host_key() -> None:
    """The pinned key follows the one in user_data."""
    recording = record(dev(pools={"default": {"ids": [1], "generations": {"1": 2}}}))
    key = secrets.host_key(SEED, "dev-default-1", 2).public
    assert connections(recording)["dev-default-1-join"]["hostKey"] == key


def test_commands_log_in_as_root_with_the_deploy_key(recorded: Recording) -> None:
    """At the configured port, as often as the configured limit."""
    for connection in connections(recorded).values():
        assert connection["privateKey"] == secrets.deploy_key(SEED, "dev").private
        assert (connection["user"], connection["port"]) == ("root", 22)
        assert connection["dialErrorLimit"] == 60
    other = connections(record(dev(ssh={"port": 2222, "dialErrorLimit": 7})))
    assert {(one["port"], one["dialErrorLimit"]) for one in other.values()} == {(2222, 7)}


def test_joins_dial_their_own_node_and_everything_else_the_anchor(recorded: Recording) -> None:
    """At public addresses, as the cloud gave them."""
    hosts = {name: connection["host"] for name, connection in connections(recorded).items()}
    assert hosts.pop("dev-control-plane-2-join") == "198.51.100.3"
    assert hosts.pop("dev-control-plane-3-join") == "198.51.100.4"
    assert hosts.pop("dev-default-1-join") == "198.51.100.20"
    assert hosts.pop("dev-arm-11-join") == "198.51.100.30"
    assert set(hosts.values()) == {"198.51.100.2"}


def test_every_command_carries_the_id_of_its_server_as_a_trigger(recorded: Recording) -> None:
    """Or e.g. the kubeconfig goes stale after a replacement; a leave carries its worker's."""
    ids = {
        server.name: str(1000 + sum(f"{server.type}/{server.name}".encode()))
        for server in recorded.of(SERVER)
    }
    for command in recorded.of(COMMAND):
        node, _, what = command.name.rpartition("-")
        server = node if what in ("join", "leave") else "dev-control-plane-1"
        assert ids[server] in command.inputs["triggers"], command.label
        if what in ("join", "leave"):
            assert command.inputs["triggers"] == [ids[server]]


def test_input_is_secret_and_nothing_is_logged(recorded: Recording) -> None:
    """Neither on the wire nor in the log nor in the environment of the next run."""
    for command in recorded.of(COMMAND):
        assert command.inputs["logging"] == "none"
        assert command.inputs["addPreviousOutputInEnv"] is False
        assert isinstance(command.inputs.get("stdin", Secret("")), Secret), command.label
        assert "environment" not in command.inputs


def test_an_environment_file_reads_back_in_a_shell_whatever_the_values() -> None:
    """Quotes, newlines and dollars included; each name once, a newline at the end."""
    variables = {"A": "it's", "B": "two\nlines", "C": "$HOME `id`", "D": "", "E": "plain"}
    text = environment_file(variables)
    assert text.endswith("\n")
    assert dict(word.split("=", 1) for word in shlex.split(text)) == variables
