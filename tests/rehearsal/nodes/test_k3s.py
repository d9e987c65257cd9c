"""k3s on one host: what listens where, which options it knows, for which names its certificate is
valid."""

import json
from pathlib import Path

import pytest

from rehearsal.nodes.dialing import Listener
from rehearsal.nodes.k3s import (
    K3s,
    Role,
    Unreadable,
    certificate_names,
    listeners,
    read,
    running,
)
from rehearsal.nodes.k3s_options import BOTH, EQUAL_ON_ALL_SERVERS, SERVER_ONLY
from rehearsal.nodes.tokens import ca_mismatch, parse
from tests.rehearsal.nodes.planned import available_plan, dev_plan


@pytest.mark.parametrize(
    ("role", "options", "expected"),
    [
        ("server", {}, {Listener("0.0.0.0", 6443), Listener("127.0.0.1", 6444)}),
        ("agent", {}, {Listener("127.0.0.1", 6444)}),
        (
            "server",
            {"https-listen-port": 7443},
            {Listener("0.0.0.0", 7443), Listener("127.0.0.1", 7444)},
        ),
        ("agent", {"lb-server-port": 7000}, {Listener("127.0.0.1", 7000)}),
    ],
)
def test_a_server_listens_to_all_and_an_agent_only_on_its_own_loopback(
    role: Role, options: dict[str, object], expected: set[Listener]
) -> None:
    """On an agent nothing is on 6443: the fact behind the incident."""
    assert listeners(K3s(role, options)) == expected


def test_the_option_table_agrees_with_the_reference(reference: Path) -> None:
    """Every name exists on the command that the table says, and the equal ones are the same."""
    flags = json.loads((reference / "k3s" / "flags.json").read_text(encoding="utf-8"))
    known = {flag["name"]: (flag["server"], flag["agent"]) for flag in flags["flags"]}

    assert {name: known.get(name) for name in SERVER_ONLY} == dict.fromkeys(
        SERVER_ONLY, (True, False)
    )
    assert {name: known.get(name) for name in BOTH} == dict.fromkeys(BOTH, (True, True))
    assert set(flags["must_be_equal_on_all_servers"]) == EQUAL_ON_ALL_SERVERS


def test_every_option_of_the_plan_is_in_the_table() -> None:
    """Nothing that the program writes is unknown to the model."""
    for planned in (dev_plan(), available_plan()):
        for node in planned.nodes:
            known = BOTH | (SERVER_ONLY if node.role == "control-plane" else frozenset())
            assert set(node.k3s_config) <= known


def test_a_server_goes_on_without_the_keys_that_it_skips() -> None:
    """A misspelt flannel-backend leaves flannel on."""
    process = running(K3s("server", {"flannel-backendd": "none", "node-ip": "10.0.1.2"}))
    assert dict(process.options) == {"node-ip": "10.0.1.2"}


def test_a_key_with_a_plus_appends() -> None:
    """As in the drop-ins of config.yaml.d."""
    assert read("agent", "node-label: [a=b]\nnode-label+: c=d\n").items("node-label") == (
        "a=b",
        "c=d",
    )


@pytest.mark.parametrize("text", ["- a\n", "a: [\n", "text"])
def test_a_config_that_is_no_mapping_is_unreadable(text: str) -> None:
    """k3s ends with a sentence of its own."""
    with pytest.raises(Unreadable, match=r"failed to load config\.yaml"):
        read("agent", text)


def test_a_certificate_holds_the_names_that_clients_verify() -> None:
    """Private address, further names, loopback and the Service; not the public address."""
    options = {"node-ip": "10.0.1.2", "tls-san": ["api.dev"], "service-cidr": "10.43.0.0/16"}
    names = certificate_names(K3s("server", options), "dev-control-plane-1")

    assert {"10.0.1.2", "api.dev", "127.0.0.1", "10.43.0.1", "dev-control-plane-1"} <= names
    assert "198.51.100.1" not in names


def test_a_secure_token_pins_the_certificate_authority() -> None:
    """Its password is what stands after the last colon; the short form pins nothing."""
    secure = parse("K10abc::server:secret")
    assert secure.fingerprint == parse("secret").fingerprint
    assert ca_mismatch(secure, "abc") == ""
    assert "abc != def" in ca_mismatch(secure, "def")
    assert ca_mismatch(parse("secret"), "def") == ""
