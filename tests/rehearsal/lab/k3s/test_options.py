"""Where options come from, and what is no option."""

from pathlib import Path

import pytest

from rehearsal.lab.k3s.options import LISTS, SWITCHES, VARIABLES, gather
from rehearsal.lab.k3s.paths import Paths, write
from rehearsal.nodes.k3s import Unreadable
from rehearsal.nodes.k3s_options import BOTH, SERVER_ONLY


def configured(root: Path, text: str) -> Paths:
    paths = Paths(root)
    write(paths.config, text)
    return paths


def test_a_flag_wins_over_the_file_and_the_file_over_a_variable(tmp_path: Path) -> None:
    paths = configured(tmp_path, "token: file\nserver: https://file:6443\n")
    variables = {"K3S_TOKEN": "variable", "K3S_NODE_NAME": "named", "K3S_UNKNOWN": "passed over"}
    found = gather("agent", ["--server=https://flag:6443"], variables, paths).options
    assert found == {"server": "https://flag:6443", "token": "file", "node-name": "named"}


def test_an_agent_takes_no_variable_of_servers(tmp_path: Path) -> None:
    assert gather("agent", [], {"K3S_CLUSTER_INIT": "true"}, Paths(tmp_path)).options == {}


def test_the_token_is_read_from_its_file(tmp_path: Path) -> None:
    write(tmp_path / "token", "from-a-file\n")
    found = gather("server", ["--token-file", str(tmp_path / "token")], {}, Paths(tmp_path))
    assert found.text("token") == "from-a-file"


def test_switches_take_no_value_and_lists_gather_theirs(tmp_path: Path) -> None:
    words = ["--cluster-init", "--tls-san", "a", "--tls-san=b", "--node-ip", "10.0.1.2"]
    found = gather("server", words, {}, Paths(tmp_path))
    assert found.flag("cluster-init")
    assert found.items("tls-san") == ("a", "b")
    assert found.text("node-ip") == "10.0.1.2"


@pytest.mark.parametrize(
    ("role", "words", "sentence"),
    [
        ("server", ["--flanel"], "flag provided but not defined: -flanel"),
        ("agent", ["--cluster-init"], "flag provided but not defined: -cluster-init"),
        ("agent", ["stray"], "flag provided but not defined: -stray"),
        ("agent", ["--token"], "flag needs an argument: -token"),
    ],
)
def test_what_is_no_option_ends_the_process(
    tmp_path: Path, role: str, words: list[str], sentence: str
) -> None:
    with pytest.raises(Unreadable) as said:
        gather("server" if role == "server" else "agent", words, {}, Paths(tmp_path))
    assert str(said.value) == sentence


def test_drop_ins_are_refused_instead_of_passed_over(tmp_path: Path) -> None:
    """The stand-in does not read them, so it does not pretend to."""
    paths = configured(tmp_path, "token: file\n")
    write(paths.config.with_name("config.yaml.d") / "more.yaml", "server: https://more:6443\n")
    with pytest.raises(Unreadable, match=r"does not read .*more\.yaml"):
        gather("agent", [], {}, paths)


def test_every_name_here_is_an_option_of_k3s() -> None:
    assert {*SWITCHES, *LISTS, *VARIABLES.values()} <= SERVER_ONLY | BOTH
