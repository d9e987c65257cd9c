"""A hunt for secrets: outside a secret signature none is ever registered.

Packs cannot tell a secret from a plain value, so this is tested on the recorded requests.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from sovereign import catalog, secrets
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.program.rendering import secret_values
from tests.program.test_registrations import RESOURCES
from tests.recording import (
    CLUSTER_PASSWORD,
    COMMAND,
    HCLOUD_TOKEN,
    SEED,
    SERVER,
    Recording,
    Secret,
    record,
)

SECRETS = secret_values(configurations.plan(HIGHLY_AVAILABLE)) | {
    CLUSTER_PASSWORD: "key in the kubeconfig"
}
RUNS = {"update": False, "first preview": True}


@pytest.fixture(params=RUNS)
def recorded(request: pytest.FixtureRequest) -> Recording:
    return record(HIGHLY_AVAILABLE, preview=RUNS[request.param])


def plain_texts(value: Any) -> Iterator[str]:
    """Every text, keys included, that is not under a secret signature."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from plain_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from plain_texts(inner)
    elif isinstance(value, str):
        yield value


def marks(secret: str) -> list[str]:
    """What betrays a secret: itself, and the lines of its body where it is a key file (but the
    first, which is the same in every key file).
    """
    lines = [line for line in secret.splitlines() if len(line) > 40 and "-----" not in line]
    return [secret, *lines[1:]]


def found_in(texts: Iterator[str]) -> set[str]:
    everything = "\n".join(texts)
    return {name for text, name in SECRETS.items() if any(m in everything for m in marks(text))}


def test_the_hunt_finds_what_it_hunts() -> None:
    """A secret in a list in a mapping is seen, one line of a key file too; a marked one is not."""
    key = secrets.deploy_key(SEED, "dev").private
    line = key.splitlines()[3]
    assert found_in(plain_texts({"a": [{"b": f"--token={HCLOUD_TOKEN}"}]})) == {"hcloud token"}
    assert found_in(plain_texts({line: 1})) == {"deploy private key"}
    assert found_in(plain_texts({"a": Secret(HCLOUD_TOKEN)})) == set()
    assert len(SECRETS) == 11


def test_no_input_of_any_resource_holds_a_secret_in_clear(recorded: Recording) -> None:
    """Not in arguments, scripts, labels, component facts."""
    assert len(recorded.registrations) == RESOURCES["highly-available"]
    for found in recorded:
        assert found_in(plain_texts(found.inputs)) == set(), found.label


def test_no_name_option_or_output_holds_a_secret_in_clear(recorded: Recording) -> None:
    """URNs are shown everywhere; outputs are read by other stacks."""
    assert found_in(iter(recorded.registrations)) == set()
    options = (
        f"{found.request.ignoreChanges} {found.request.importId} {found.replacement_trigger} "
        f"{found.request.aliasURNs}"
        for found in recorded
    )
    assert found_in(options) == set()
    assert found_in(plain_texts(recorded.outputs)) == set()
    assert found_in(plain_texts(recorded.component_outputs)) == set()


def test_command_lines_are_the_public_scripts(recorded: Recording) -> None:
    """What runs is a committed file; what is secret goes over stdin."""
    scripts = set(catalog.load().scripts.values())
    assert len(recorded.of(COMMAND)) == 12
    for command in recorded.of(COMMAND):
        for key in ("create", "update", "delete"):
            assert command.inputs.get(key) in {*scripts, None}, command.label


def test_user_data_is_secret_and_holds_no_secret_but_the_servers_own_host_key(
    recorded: Recording,
) -> None:
    """It can be read from the node's metadata address, by pods too."""
    plan = configurations.plan(HIGHLY_AVAILABLE)
    assert len(recorded.of(SERVER)) == 5
    for server in recorded.of(SERVER):
        user_data = server.inputs["userData"]
        assert isinstance(user_data, Secret)
        document = yaml.safe_load(user_data.value)
        own = secrets.host_key(SEED, server.name, plan.node(server.name).generation)
        assert document.pop("ssh_keys") == {
            "ed25519_private": own.private,
            "ed25519_public": own.public,
        }
        assert found_in(plain_texts(document)) == set()
        assert found_in(iter([user_data.value.replace("\\n", "\n")])) <= {
            f"host private key of {server.name}, generation 1"
        }


def test_what_is_secret_went_over_stdin_or_the_connection_only(recorded: Recording) -> None:
    """The tokens in the joins' stdin, the deploy key in the connection."""
    for command in recorded.of(COMMAND):
        secret = {key for key, value in command.inputs.items() if isinstance(value, Secret)}
        assert secret <= {"stdin", "connection"}
        assert "connection" in secret


def test_only_the_kubeconfig_is_a_secret_output(recorded: Recording) -> None:
    """Everything else can be read by app stacks without care."""
    assert {name for name, value in recorded.outputs.items() if isinstance(value, Secret)} == {
        "kubeconfig"
    }


def test_the_seed_itself_is_registered_nowhere() -> None:
    """Not even as a secret: what is derived from it suffices."""
    for found in record(dev()):
        assert SEED not in str(found.inputs)


def test_every_secret_is_another_one() -> None:
    """Server and agent token, deploy key, each host key, each generation."""
    values = {
        secrets.server_token(SEED, "dev"),
        secrets.agent_token(SEED, "dev"),
        secrets.deploy_key(SEED, "dev").private,
        secrets.host_key(SEED, "dev-default-1", 1).private,
        secrets.host_key(SEED, "dev-default-1", 2).private,
        secrets.host_key(SEED, "dev-default-2", 1).private,
        secrets.server_token(SEED, "prod"),
        secrets.agent_token(SEED, "prod"),
    }
    assert len(values) == 8
