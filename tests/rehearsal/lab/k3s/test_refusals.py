"""What k3s refuses, in its own words and those of the node model."""

from typing import Any

import pytest

from rehearsal.nodes import k3s_words
from rehearsal.nodes.dialing import refused
from tests.rehearsal.lab.k3s import configurations
from tests.rehearsal.lab.k3s.configurations import AGENT_TOKEN, FIRST, URL, agent
from tests.rehearsal.lab.k3s.conftest import Boot
from tests.rehearsal.lab.k3s.sandbox import Host, wait_until

OTHER = "10.0.1.30"


@pytest.fixture(scope="module")
def server(boot: Boot) -> Host:
    host = boot("server", FIRST)
    configurations.start(host, "server", configurations.server())
    return host


@pytest.fixture(scope="module")
def other(boot: Boot) -> Host:
    return boot("other", OTHER)


def refusal(host: Host, role: str, config: dict[str, Any]) -> str:
    """The sentence with which k3s ends."""
    host.configure(config)
    host.start(role)
    assert host.ends(30) == 1
    return host.said("fatal")[-1]


def test_an_agent_ends_at_an_option_that_only_servers_have(other: Host) -> None:
    config = agent(OTHER, **{"cluster-init": True})
    assert refusal(other, "agent", config) == k3s_words.undefined("cluster-init")


def test_an_agent_ends_at_an_option_that_nobody_has(other: Host) -> None:
    assert refusal(other, "agent", agent(OTHER, flanel=True)) == k3s_words.undefined("flanel")


def test_an_agent_needs_a_token_and_a_server(other: Host) -> None:
    assert refusal(other, "agent", agent(OTHER, token="")) == k3s_words.TOKEN_REQUIRED
    assert refusal(other, "agent", agent(OTHER, server="")) == k3s_words.SERVER_REQUIRED


def test_a_server_url_must_be_https(other: Host) -> None:
    url = "http://10.0.1.2:6443"
    assert refusal(other, "agent", agent(OTHER, server=url)) == k3s_words.not_https(url)


def test_an_address_that_the_host_does_not_hold_is_refused(other: Host) -> None:
    said = refusal(other, "agent", agent("10.0.1.99"))
    assert said == (
        'failed to validate nodeIP: node IP: "10.0.1.99" not found in the host\'s network '
        "interfaces"
    )


def test_the_kernel_settings_of_the_hardening_guide_are_demanded(other: Host) -> None:
    said = refusal(other, "agent", agent(OTHER, **{"protect-kernel-defaults": True}))
    assert said.startswith("failed to run Kubelet: Failed to start ContainerManager: [invalid")


@pytest.mark.usefixtures("server")
def test_a_wrong_token_is_unauthorized(other: Host) -> None:
    said = refusal(other, "agent", agent(OTHER, token="wrong"))
    assert said == k3s_words.UNAUTHORIZED_AGENT


@pytest.mark.usefixtures("server")
def test_a_token_that_pins_another_authority_is_refused(other: Host) -> None:
    pinned = f"K10{'0' * 64}::node:{AGENT_TOKEN}"
    said = refusal(other, "agent", agent(OTHER, token=pinned))
    assert said.startswith(
        f"token CA hash does not match the Cluster CA certificate hash: {'0' * 64} != "
    )


def test_the_full_token_that_the_server_wrote_is_taken(server: Host, other: Host) -> None:
    token = server.run("cat", "/var/lib/rancher/k3s/server/agent-token").stdout.strip()
    assert token.startswith("K10")
    configurations.start(other, "agent", agent(OTHER, token=token))
    assert other.stop() == 0


def test_another_host_of_a_known_name_is_refused_until_the_node_is_deleted(
    server: Host, boot: Boot
) -> None:
    impostor = boot("other", "10.0.1.31")
    impostor.configure(agent("10.0.1.31"))
    impostor.start("agent")
    wait_until(lambda: k3s_words.PASSWORD_REJECTED in impostor.said("error"))
    server.kubectl("delete", "node", "other")
    wait_until(lambda: configurations.up(impostor))
    impostor.stop()


def test_an_agent_waits_for_a_server_that_is_not_there_yet(other: Host) -> None:
    url = f"https://{OTHER}:6443"
    other.run("rm", "-rf", "/var/lib/rancher/k3s/agent")
    other.configure(agent(OTHER, server=url))
    other.start("agent")
    sentence = k3s_words.no_certificates(url, refused(OTHER, 6443))
    wait_until(lambda: sentence in other.said("error"))
    assert other.runs
    other.stop()


@pytest.mark.usefixtures("server")
def test_a_server_with_the_token_of_agents_is_unauthorized(other: Host) -> None:
    config = configurations.server(OTHER, token=AGENT_TOKEN)
    assert refusal(other, "server", config) == k3s_words.unauthorized_server(URL)


@pytest.mark.usefixtures("server")
def test_a_server_that_differs_in_what_must_be_equal_is_refused(other: Host) -> None:
    config = configurations.server(OTHER, **{"cluster-cidr": "10.52.0.0/16"})
    assert refusal(other, "server", config) == k3s_words.mismatched(["cluster-cidr"])


def test_a_server_goes_on_without_an_option_that_it_does_not_know(other: Host) -> None:
    """It says so; what ends it here is its token."""
    config = configurations.server(OTHER, token=AGENT_TOKEN, flanel=True)
    refusal(other, "server", config)
    assert other.said("warning") == [k3s_words.skipped("flanel")]


def test_a_server_does_not_start_again_with_another_token(server: Host) -> None:
    assert server.stop() == 0
    config = configurations.server(token="another")
    assert refusal(server, "server", config) == k3s_words.OTHER_TOKEN


def test_an_argument_that_the_api_server_does_not_know_ends_it(server: Host) -> None:
    """kube-apiserver is real: it refuses by itself."""
    config = configurations.server(FIRST, **{"kube-apiserver-arg": ["no-such-flag=1"]})
    said = refusal(server, "server", config)
    assert said == "apiserver exited: Error: unknown flag: --no-such-flag"
