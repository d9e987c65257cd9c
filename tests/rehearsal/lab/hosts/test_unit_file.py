"""Unit files, sysctl files and links as systemd and procps read them; on any machine."""

import json
from pathlib import Path

import pytest

from rehearsal.lab.rootfs.usr.local.lib.lab.host import enablement, recorded, sysctl, unit_file
from rehearsal.lab.rootfs.usr.local.lib.lab.host.answers import parse
from rehearsal.lab.rootfs.usr.local.lib.lab.host.processes import expanded
from sovereign import catalog

K3S = catalog.load().scripts["k3s.service"]


def found(directory: Path, text: str, name: str = "one.service") -> unit_file.UnitFile:
    (directory / name).write_text(text, encoding="utf-8")
    unit = unit_file.find(name, [directory])
    assert unit is not None
    return unit


def test_the_programs_own_unit_is_understood(tmp_path: Path) -> None:
    """Every setting that decides how k3s starts and ends."""
    unit = found(tmp_path, K3S)
    assert [unit.one(key) for key in ("Type", "KillMode", "Restart")] == [
        "notify",
        "process",
        "always",
    ]
    assert unit.seconds("RestartSec", 0.1) == 5
    assert unit.seconds("TimeoutStartSec", 90) is None
    assert [(c.words, c.may_fail) for c in unit.commands("ExecStartPre")] == [
        (("/sbin/modprobe", "br_netfilter"), True),
        (("/sbin/modprobe", "overlay"), True),
    ]
    assert unit.commands("ExecStart")[0].words == ("/usr/local/bin/k3s", "server")


def test_drop_ins_follow_and_an_empty_value_takes_back(tmp_path: Path) -> None:
    """In the order of their names."""
    drop_ins = tmp_path / "one.service.d"
    drop_ins.mkdir()
    (drop_ins / "b.conf").write_text("[Service]\nExecStart=/bin/b\n", encoding="utf-8")
    (drop_ins / "a.conf").write_text("[Service]\nExecStart=\n", encoding="utf-8")
    unit = found(tmp_path, "[Service]\nExecStart=/bin/a\n")
    assert [command.words for command in unit.commands("ExecStart")] == [("/bin/b",)]


def test_an_alias_is_the_unit_it_points_to(tmp_path: Path) -> None:
    """sshd.service is ssh.service."""
    found(tmp_path, "[Service]\nExecStart=/bin/a\n", "ssh.service")
    (tmp_path / "sshd.service").symlink_to(tmp_path / "ssh.service")
    alias = unit_file.find("sshd.service", [tmp_path])
    assert alias is not None
    assert alias.name == "ssh.service"
    assert unit_file.find("none.service", [tmp_path]) is None


def test_the_environment_is_that_of_lines_and_files(tmp_path: Path) -> None:
    """A file with `-` before its path may be missing."""
    file = tmp_path / "env"
    file.write_text("# a comment\nA='one two'\n\nB=3\n", encoding="utf-8")
    unit = found(
        tmp_path,
        f'[Service]\nEnvironment=A=1 "C=x y"\nEnvironmentFile=-/none\nEnvironmentFile={file}\n',
    )
    assert unit.environment() == {"A": "one two", "B": "3", "C": "x y"}
    unit = found(tmp_path, "[Service]\nEnvironmentFile=/none\n")
    with pytest.raises(FileNotFoundError):
        unit.environment()


@pytest.mark.parametrize(
    ("word", "words"),
    [("$OPTS", ["-x", "-y"]), ("${OPTS}", ["-x -y"]), ("$NONE", []), ("a$OPTS", ["a-x -y"])],
)
def test_variables_become_words(word: str, words: list[str]) -> None:
    """Alone without braces: as many as it has."""
    assert expanded(word, {"OPTS": "-x -y"}) == words


def test_time_spans_are_systemds() -> None:
    """Seconds; None is without limit."""
    texts = ("5s", "1min 30s", "100ms", "7", "infinity", "0")
    assert [unit_file.span(text) for text in texts] == [5, 90, 0.1, 7, None, None]


def test_enabling_makes_links_that_disabling_removes(tmp_path: Path) -> None:
    """They are what a boot starts."""
    links = tmp_path / "links"
    unit = found(tmp_path, "[Install]\nWantedBy=multi-user.target\nAlias=two.service\n")
    assert enablement.state(unit, links) == "disabled"
    assert len(enablement.enable(unit, links)) == 2
    assert enablement.enable(unit, links) == []
    assert enablement.enabled(links) == ["one.service"]
    assert enablement.state(unit, links) == "enabled"
    enablement.disable(unit, links)
    assert enablement.enabled(links) == []
    assert enablement.state(found(tmp_path, "[Service]\n"), links) == "static"


def test_command_lines_of_systemctl_are_read_in_any_order() -> None:
    """Flags before and after the verb; options that mean nothing here are passed over."""
    order = parse(["--no-pager", "show", "--property=A,B", "k3s", "--value", "-p", "C"])
    assert (order.verb, order.units, order.properties) == ("show", ["k3s"], ["A", "B", "C"])
    assert order.value
    assert parse(["restart", "--no-block", "k3s"]).no_block


def test_only_settings_of_the_hosts_own_network_are_made(tmp_path: Path) -> None:
    """Others are kept apart and read back as if they were set."""
    kernel, kept = tmp_path / "sys", tmp_path / "sysctl.json"
    (kernel / "net" / "ipv4").mkdir(parents=True)
    (kernel / "vm").mkdir()
    for name in ("net/ipv4/ip_forward", "vm/panic_on_oom"):
        (kernel / name).write_text("1\n", encoding="ascii")
    assert sysctl.put("net.ipv4.ip_forward", "0", kernel, kept)
    assert sysctl.read("net.ipv4.ip_forward", kernel, kept) == "0"
    assert sysctl.read("vm.panic_on_oom", kernel, kept) == "1"
    assert sysctl.read("vm.none", kernel, kept) is None
    text = catalog.load().scripts["90-kubelet.conf"]
    assert dict(sysctl.settings(text))["vm.overcommit_memory"] == "1"
    assert len(dict(sysctl.settings(text))) == 4


def test_what_is_recorded_is_one_line_each(tmp_path: Path) -> None:
    """So that several programs can append."""
    file = tmp_path / "lab" / "recorded.jsonl"
    recorded.record("apt-get", ["install", "a\nb"], file)
    recorded.record("apt", [], file)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert lines == [
        {"program": "apt-get", "arguments": ["install", "a\nb"]},
        {"program": "apt", "arguments": []},
    ]
