"""join.sh: a host becomes a k3s server or agent, once, and stays so."""

import hashlib
import json

import pytest
import yaml

from tests.scripts.sandbox import SCRIPTS, Ended, Sandbox

VERSION = "v1.36.4+k3s1"
URL = "https://releases.test/k3s"
BINARY = f'#!/bin/sh\necho "k3s version {VERSION} (0123abcd)"\necho "go version go1.25.4"\n'
TOKEN = "server-token-0123456789 with 'quotes' and $HOME \\ `id`"
AGENT_TOKEN = "agent-token-9876543210"
CONFIG = (
    "node-name: dev-default-1\nnode-ip: 10.0.1.20\nnode-label: ['pool=default', \"$HOME=`id`\"]"
)
RUNCMD_FAILED = "('scripts-user', RuntimeError('Runparts: 1 failures (runcmd) in 1 attempted'))"
DOCUMENT = yaml.safe_load(CONFIG)


def sha256(text: str) -> str:
    """Return the checksum that pins ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def booted(host: Sandbox) -> Sandbox:
    """A host whose cloud-init has ended well and that reaches the release."""
    host.write("mirror/releases.test/k3s", BINARY)
    for unit in ("k3s", "k3s-agent"):
        host.write(f"etc/systemd/system/{unit}.service", (SCRIPTS / f"{unit}.service").read_text())
    return host


def join(host: Sandbox, shell: str = "bash", **changes: str) -> Ended:
    """Join as an agent, or as the changes say."""
    variables = {
        "ROLE": "agent",
        "K3S_VERSION": VERSION,
        "BINARY_URL": URL,
        "BINARY_SHA256": sha256(BINARY),
        "CHECKSUM_URL": "-",
        "CONFIG": CONFIG,
        "SERVER_URL": "https://10.0.1.2:6443",
        "TOKEN": TOKEN,
        "LIMIT_S": "300",
    }
    return host.ssh("join.sh", shell, **(variables | changes))


def join_server(host: Sandbox, shell: str = "bash", server_url: str = "") -> Ended:
    """Join as a server, by default as the one that initialises the cluster."""
    return join(host, shell, ROLE="server", SERVER_URL=server_url, AGENT_TOKEN=AGENT_TOKEN)


def failed_boot(host: Sandbox, *errors: str) -> None:
    """Let cloud-init end with these errors, written as it writes them."""
    result = {"v1": {"datasource": "DataSourceHetzner", "errors": list(errors)}}
    host.write("run/cloud-init/result.json", json.dumps(result, indent=1, sort_keys=True) + "\n")
    host.write("cloud-init.code", "1")


def test_an_agent_joins(booted: Sandbox, shell: str) -> None:
    """The binary is there, the configuration holds URL and token, the unit runs for good."""
    ended = join(booted, shell)
    assert ended == Ended(
        0,
        f"/usr/local/bin/k3s installed\ndev-default-1: k3s-agent {VERSION} is active (restarted)\n",
        "",
    )
    written = yaml.safe_load(booted.read("etc/rancher/k3s/config.yaml"))
    assert written == DOCUMENT | {"server": "https://10.0.1.2:6443", "token": TOKEN}
    assert (booted.root / "systemd/k3s-agent.active").exists()
    assert (booted.root / "systemd/k3s-agent.enabled").exists()
    assert not (booted.root / "systemd/k3s.active").exists()
    assert not (booted.root / "var/lib/rancher").exists()


def test_the_first_server_initialises(booted: Sandbox, shell: str) -> None:
    """Without a URL there is no server line; both tokens are set; its files are for root only."""
    booted.write("var/lib/rancher/k3s/server/psa.yaml", "")
    assert join_server(booted, shell).stdout.endswith(": k3s v1.36.4+k3s1 is active (restarted)\n")
    written = yaml.safe_load(booted.read("etc/rancher/k3s/config.yaml"))
    assert written == DOCUMENT | {"token": TOKEN, "agent-token": AGENT_TOKEN}
    assert (booted.root / "systemd/k3s.active").exists()
    assert booted.mode("var/lib/rancher/k3s/server") == 0o700
    assert booted.mode("var/lib/rancher/k3s/server/logs") == 0o700


def test_a_further_server_joins_by_url(booted: Sandbox) -> None:
    """A server with a URL joins it."""
    assert join_server(booted, server_url="https://10.0.1.2:6443").code == 0
    written = yaml.safe_load(booted.read("etc/rancher/k3s/config.yaml"))
    assert written["server"] == "https://10.0.1.2:6443"


def test_the_configuration_is_for_root_only(booted: Sandbox) -> None:
    """It holds tokens: mode 0600, complete before the unit starts, and no copy is left."""
    join(booted)
    written = booted.read("etc/rancher/k3s/config.yaml")
    assert booted.mode("etc/rancher/k3s/config.yaml") == 0o600
    assert booted.mode("var/lib/sovereign/join.sha256") == 0o600
    assert booted.read("systemd/k3s-agent.started-with") == written
    assert [path.name for path in (booted.root / "etc/rancher/k3s").iterdir()] == ["config.yaml"]


def test_no_secret_leaves_the_configuration(booted: Sandbox, shell: str) -> None:
    """Tokens are neither printed nor given to a program, as argument or as variable."""
    booted.write("systemd/k3s.fails", "")
    booted.write("journal", f'level=error msg="token: {TOKEN} {AGENT_TOKEN}"\n')
    assert join(booted, shell, ROLE="server", AGENT_TOKEN=AGENT_TOKEN, LIMIT_S="2").code == 1
    (booted.root / "systemd/k3s.fails").unlink()
    assert join_server(booted, shell).code == 0
    assert not booted.shows("server-token-0123456789")
    assert not booted.shows(AGENT_TOKEN)


def test_a_second_run_changes_nothing(booted: Sandbox, shell: str) -> None:
    """Same inputs, running unit: no download, no restart, no wait."""
    join(booted)
    slept = booted.slept
    booted.forget_calls()
    ended = join(booted, shell)
    assert ended.stdout == (
        "/usr/local/bin/k3s is already right\n"
        "dev-default-1: k3s-agent v1.36.4+k3s1 is active (unchanged)\n"
    )
    assert booted.calls("systemctl") == ["is-active --quiet k3s-agent"]
    assert (booted.calls("curl"), booted.slept) == ([], slept)


def test_a_changed_configuration_restarts(booted: Sandbox) -> None:
    """The old process does not pass for the new one: its invocation is not counted."""
    join(booted)
    before = booted.read("systemd/k3s-agent.active")
    ended = join(booted, CONFIG=CONFIG + "\nnode-external-ip: 198.51.100.7")
    assert ended.stdout.endswith("is active (restarted)\n")
    assert booted.read("systemd/k3s-agent.active") != before
    assert "node-external-ip" in booted.read("systemd/k3s-agent.started-with")


def test_another_control_plane_to_join_restarts_nobody(booted: Sandbox, shell: str) -> None:
    """It matters at the first start only, and changes for all nodes when a control plane is
    replaced; the file has it for a start after that."""
    join(booted)
    before = booted.read("systemd/k3s-agent.active")
    assert join(booted, shell, SERVER_URL="https://10.0.1.3:6443").stdout.endswith("(unchanged)\n")
    assert booted.read("systemd/k3s-agent.active") == before
    assert "server: 'https://10.0.1.3:6443'" in booted.read("etc/rancher/k3s/config.yaml")
    join_server(booted, server_url="https://10.0.1.2:6443")
    first = {"ROLE": "server", "SERVER_URL": "", "AGENT_TOKEN": AGENT_TOKEN}
    booted.write("var/lib/rancher/k3s/server/db/etcd/member/wal/0.wal", "x")
    ended = join(booted, shell, CONFIG=f"cluster-init: true\n{CONFIG}", **first)
    assert ended.stdout.endswith("(unchanged)\n")


def test_a_server_that_was_taken_out_is_not_started_by_systemd(booted: Sandbox, shell: str) -> None:
    """k3s leaves a tombstone, ends, and would be started again and join; an agent has no member."""
    join(booted, shell)
    units = booted.root / "etc/systemd/system"
    assert not (units / "k3s-agent.service.d").exists()
    assert join_server(booted, shell).code == 0
    assert (units / "k3s.service.d/removed.conf").read_text().replace(str(booted.root), "") == (
        "[Service]\n"
        "ExecCondition=/usr/bin/test ! -e /var/lib/rancher/k3s/server/db/etcd/tombstone\n"
    )


def test_a_server_that_was_taken_out_joins_as_a_new_member(booted: Sandbox, shell: str) -> None:
    """Where the plan takes it in again: its old datastore is set aside, and no cluster created."""
    booted.write("mirror/10.0.1.4:6443/cacerts", "-----BEGIN CERTIFICATE-----")
    booted.write("var/lib/rancher/k3s/server/db/etcd/tombstone", "")
    peers = {"PEERS": "10.0.1.4", "AGENT_TOKEN": AGENT_TOKEN}
    ended = join(booted, shell, ROLE="server", SERVER_URL="", **peers)
    assert ended.code == 0, ended
    server = booted.root / "var/lib/rancher/k3s/server"
    assert not (server / "db").exists()
    (aside,) = server.glob("db.*")
    assert (aside / "etcd/tombstone").is_file()
    written = yaml.safe_load(booted.read("etc/rancher/k3s/config.yaml"))
    assert written["server"] == "https://10.0.1.4:6443"


def test_a_server_that_was_taken_out_and_still_runs_is_started_anew(
    booted: Sandbox, shell: str
) -> None:
    """k3s writes the tombstone and may live on, without its member; no file of it has changed."""
    join_server(booted, server_url="https://10.0.1.4:6443")
    before = booted.read("systemd/k3s.active")
    booted.write("var/lib/rancher/k3s/server/db/etcd/tombstone", "")
    ended = join_server(booted, shell, server_url="https://10.0.1.4:6443")
    assert ended.stdout.endswith("(restarted)\n"), ended
    assert "stop k3s" in booted.calls("systemctl")
    assert booted.read("systemd/k3s.active") != before


def test_a_changed_token_restarts(booted: Sandbox) -> None:
    """A rotated token reaches the running k3s."""
    join(booted)
    assert join(booted, TOKEN="rotated").stdout.endswith("is active (restarted)\n")


def test_a_new_version_is_installed_and_started(booted: Sandbox) -> None:
    """An upgrade is the same script with other inputs."""
    join(booted)
    newer = BINARY.replace("v1.36.4", "v1.36.5")
    booted.write("mirror/releases.test/k3s", newer)
    ended = join(booted, K3S_VERSION="v1.36.5+k3s1", BINARY_SHA256=sha256(newer))
    assert ended.stdout == (
        "/usr/local/bin/k3s installed\n"
        "dev-default-1: k3s-agent v1.36.5+k3s1 is active (restarted)\n"
    )


def test_a_changed_unit_is_reloaded(booted: Sandbox) -> None:
    """systemd reads the unit file anew before it restarts."""
    join(booted)
    booted.write("etc/systemd/system/k3s-agent.service", "[Service]\nExecStart=/changed\n")
    assert join(booted).stdout.endswith("is active (restarted)\n")
    assert "ExecStart=/changed" in booted.read("systemd/loaded")


def test_a_stopped_unit_is_started(booted: Sandbox) -> None:
    """Nothing changed, but k3s does not run."""
    join(booted)
    (booted.root / "systemd/k3s-agent.active").unlink()
    assert join(booted).stdout.endswith("is active (restarted)\n")


def test_a_run_that_was_cut_off_is_made_up_for(booted: Sandbox) -> None:
    """Files were replaced, but k3s still runs from the old ones: the next run restarts it."""
    join(booted)
    booted.write("systemd/k3s-agent.fails", "")
    assert join(booted, TOKEN="rotated", LIMIT_S="2").code == 1
    (booted.root / "systemd/k3s-agent.fails").unlink()
    (booted.root / "systemd/k3s-agent.starting").unlink()
    booted.write("systemd/k3s-agent.active", "by hand")
    assert join(booted, TOKEN="rotated").stdout.endswith("is active (restarted)\n")


def test_a_unit_that_never_starts_is_diagnosed(booted: Sandbox, shell: str) -> None:
    """After the limit: the end of the journal, its errors, and one sentence with the restarts."""
    booted.write("systemd/k3s-agent.fails", "")
    error = 'level=error msg="Failed to validate connection: token CA hash does not match"'
    booted.write("journal", f"{error}\n" + "level=info msg=waiting\n" * 30)
    ended = join(booted, shell, LIMIT_S="4")
    assert (ended.code, booted.slept) == (1, 4)
    assert error in ended.stderr
    assert ended.stderr.endswith(
        "\ndev-default-1: k3s-agent is not active after 4 s (systemd restarted it 2 times);"
        " see its last errors above.\n"
    )
    assert not (booted.root / "var/lib/sovereign/join.sha256").exists()


def test_a_unit_that_cannot_be_enabled_fails(booted: Sandbox) -> None:
    """Without its unit file nothing is started."""
    (booted.root / "etc/systemd/system/k3s-agent.service").unlink()
    assert join(booted).code != 0
    assert not any("restart" in call for call in booted.calls("systemctl"))


def test_a_wrong_checksum_starts_nothing(booted: Sandbox) -> None:
    """The download step refuses, and so does the join."""
    ended = join(booted, BINARY_SHA256="0" * 64)
    assert ended.code == 1
    assert "is expected, so it is not installed" in ended.stderr
    assert not (booted.root / "etc/rancher").exists()
    assert booted.calls("systemctl") == []


def test_an_unpinned_binary_is_verified_by_its_release(booted: Sandbox) -> None:
    """The checksum file's address reaches the download step."""
    booted.write("mirror/releases.test/sums", f"{sha256(BINARY)}  k3s\n")
    assert join(booted, BINARY_SHA256="-", CHECKSUM_URL="https://releases.test/sums").code == 0
    assert booted.mode("usr/local/bin/k3s") == 0o755


def test_a_binary_of_another_version_is_refused(booted: Sandbox) -> None:
    """A mirror that holds another release is found out before k3s starts."""
    ended = join(booted, K3S_VERSION="v1.36.4+k3s")
    assert ended.code == 1
    assert ended.stderr == (
        "dev-default-1: https://releases.test/k3s is not k3s v1.36.4+k3s, which the plan asks for;"
        " correct its entry in sovereign/artifacts.yaml.\n"
    )
    assert booted.calls("systemctl") == []


def test_an_unknown_role_is_refused(booted: Sandbox) -> None:
    """There are servers and agents."""
    ended = join(booted, ROLE="worker")
    assert (ended.code, ended.stderr) == (
        1,
        'dev-default-1: ROLE is "worker", but must be server or agent.\n',
    )


@pytest.mark.parametrize("missing", ["TOKEN", "CONFIG", "LIMIT_S", "SERVER_URL"])
def test_a_missing_variable_is_named(booted: Sandbox, shell: str, missing: str) -> None:
    """Nothing is guessed: the shell stops at the name."""
    variables = {"ROLE": "agent", "K3S_VERSION": VERSION, "BINARY_URL": URL, "CHECKSUM_URL": "-"}
    variables |= {"BINARY_SHA256": sha256(BINARY), "CONFIG": CONFIG, "SERVER_URL": ""}
    variables |= {"TOKEN": TOKEN, "LIMIT_S": "1"}
    del variables[missing]
    ended = booted.ssh("join.sh", shell, **variables)
    assert ended.code != 0
    assert missing in ended.stderr
    assert not any("restart" in call for call in booted.calls("systemctl"))


def test_a_server_without_agent_token_is_refused(booted: Sandbox) -> None:
    """Left out, k3s would let agents join with the server token."""
    ended = join(booted, ROLE="server")
    assert ended.code != 0
    assert "AGENT_TOKEN" in ended.stderr


def test_a_boot_with_warnings_is_good_enough(booted: Sandbox) -> None:
    """cloud-init 23.4 and later end with 2 after warnings."""
    booted.write("cloud-init.code", "2")
    assert join(booted).code == 0


def test_a_host_that_another_program_booted_is_no_failure(booted: Sandbox) -> None:
    """No cloud-init is there to be asked, and the files of the user_data are."""
    booted.write("cloud-init.code", "127")
    assert join(booted).code == 0


def test_a_boot_that_goes_on_is_waited_for_until_the_limit(booted: Sandbox) -> None:
    """The wait for cloud-init is bounded, and says so."""
    booted.write("cloud-init.code", "124")
    ended = join(booted)
    assert booted.calls("timeout") == ["300 cloud-init status --wait"]
    assert ended.code == 1
    assert ended.stderr.startswith("== cloud-init on dev-default-1\n")
    assert ended.stderr.endswith(
        "\ndev-default-1: cloud-init still ran after 300 s; see the step it waits in above.\n"
    )


def test_failed_commands_of_the_boot_get_a_second_chance(booted: Sandbox, shell: str) -> None:
    """The network was attached afterwards: cloud-init's commands run again, the join goes on."""
    failed_boot(booted, RUNCMD_FAILED)
    booted.write("var/lib/cloud/instance/scripts/runcmd", "#!/bin/sh\nuname -n\n", 0o755)
    ended = join(booted, shell)
    assert (ended.code, ended.stdout.splitlines()[0]) == (0, "dev-default-1"), ended
    assert booted.calls("timeout")[1:] == ["300 /var/lib/cloud/instance/scripts/runcmd"]


def test_commands_that_fail_again_end_the_join(booted: Sandbox) -> None:
    """Their own sentence comes first, the diagnosis follows, k3s is not started."""
    failed_boot(booted, RUNCMD_FAILED)
    command = "#!/bin/sh\necho no address: pulumi up --refresh >&2\nexit 1\n"
    booted.write("var/lib/cloud/instance/scripts/runcmd", command, 0o755)
    ended = join(booted)
    assert ended.code == 1
    assert ended.stderr.startswith("no address: pulumi up --refresh\n== cloud-init on")
    assert ended.stderr.endswith(
        "\ndev-default-1: cloud-init failed, so k3s is not started; the reason is above.\n"
    )
    assert booted.calls("systemctl") == []


@pytest.mark.parametrize(
    "errors",
    [
        ("('write-files', OSError('read-only'))",),
        (RUNCMD_FAILED, "('ssh', ValueError('bad \"key\"'))"),
        ("('ssh', ValueError('bad [key]'))", RUNCMD_FAILED),
        (),
    ],
)
def test_any_other_failure_of_the_boot_is_final(booted: Sandbox, errors: tuple[str, ...]) -> None:
    """Commands are not run on a host whose files or keys are not as planned."""
    failed_boot(booted, *errors)
    booted.write("var/lib/cloud/instance/scripts/runcmd", "#!/bin/sh\n", 0o755)
    assert join(booted).code == 1
    assert len(booted.calls("timeout")) == 1


def test_a_host_of_another_program_is_named(booted: Sandbox) -> None:
    """A server that booted from something else has no scripts, so the cure is a replacement."""
    (booted.root / "usr/local/lib/sovereign/diagnose.sh").unlink()
    ended = join(booted)
    assert ended.code == 1
    assert ended.stderr == (
        "dev-default-1: cloud-init ended with 0 and left no /usr/local/lib/sovereign, so the server"
        " did not boot from the user_data of this program; replace it by raising its generation.\n"
    )


def test_a_second_cluster_is_not_created(booted: Sandbox, shell: str) -> None:
    """A server that would initialise finds a running one among its peers, and joins it."""
    booted.write("mirror/10.0.1.4:6443/cacerts", "-----BEGIN CERTIFICATE-----")
    booted.write("mirror/10.0.1.20:10250/healthz", "Unauthorized")
    others = {"PEERS": "10.0.1.3 10.0.1.4", "WORKERS": "10.0.1.20", "AGENT_TOKEN": AGENT_TOKEN}
    config = f"cluster-init: true\n{CONFIG}"
    ended = join(booted, shell, ROLE="server", SERVER_URL="", CONFIG=config, **others)
    assert ended.code == 0, ended
    assert "a cluster runs at 10.0.1.4, so this server joins it\n" in ended.stdout
    written = yaml.safe_load(booted.read("etc/rancher/k3s/config.yaml"))
    assert written["server"] == "https://10.0.1.4:6443"
    assert "cluster-init" not in written


def test_the_cluster_of_a_lost_control_plane_is_restored_not_replaced(
    booted: Sandbox, shell: str
) -> None:
    """A worker's kubelet answers and no control plane does: everything is laid out for a restore,
    nothing starts, and the sentence says where to read on."""
    booted.write("mirror/10.0.1.20:10250/healthz", "Unauthorized")
    workers = {"WORKERS": "10.0.1.21 10.0.1.20", "AGENT_TOKEN": AGENT_TOKEN}
    ended = join(booted, shell, ROLE="server", SERVER_URL="", **workers)
    assert ended.code == 1
    assert (
        "the kubelet at 10.0.1.20 belongs to a cluster whose control plane is gone" in ended.stderr
    )
    assert "restore it from a snapshot" in ended.stderr
    assert booted.calls("systemctl") == []
    assert yaml.safe_load(booted.read("etc/rancher/k3s/config.yaml"))["token"] == TOKEN
    booted.write("var/lib/rancher/k3s/server/db/etcd/member/wal/0.wal", "restored")
    assert join(booted, shell, ROLE="server", SERVER_URL="", **workers).code == 0


def test_a_first_start_that_failed_leaves_no_datastore(booted: Sandbox, shell: str) -> None:
    """k3s names its member before it joins anybody; only etcd's log makes it one. A second run that
    took the name for a datastore would create a cluster beside the living one."""
    booted.write("var/lib/rancher/k3s/server/db/etcd/name", "dev-control-plane-1-0a1b2c3d")
    booted.write("mirror/10.0.1.20:10250/healthz", "Unauthorized")
    server = {"ROLE": "server", "SERVER_URL": "", "AGENT_TOKEN": AGENT_TOKEN}
    alone = join(booted, shell, WORKERS="10.0.1.20", **server)
    assert "does not create an empty one" in alone.stderr
    booted.write("mirror/10.0.1.4:6443/cacerts", "-----BEGIN CERTIFICATE-----")
    ended = join(booted, shell, PEERS="10.0.1.4", **server)
    assert ended.code == 0, ended
    written = yaml.safe_load(booted.read("etc/rancher/k3s/config.yaml"))
    assert written["server"] == "https://10.0.1.4:6443"


def test_a_worker_asks_no_other_worker(booted: Sandbox) -> None:
    """Only a server that would create a cluster looks for what is left of one."""
    booted.write("mirror/10.0.1.20:10250/healthz", "Unauthorized")
    assert join(booted, WORKERS="10.0.1.20").code == 0


def test_a_server_with_its_own_datastore_starts_beside_its_peers(booted: Sandbox) -> None:
    """It is the one that created the cluster: a later run does not ask the others."""
    booted.write("mirror/10.0.1.4:6443/cacerts", "-----BEGIN CERTIFICATE-----")
    booted.write("var/lib/rancher/k3s/server/db/etcd/member/wal/0.wal", "x")
    peers = {"PEERS": "10.0.1.4"}
    ended = join(booted, ROLE="server", SERVER_URL="", AGENT_TOKEN=AGENT_TOKEN, **peers)
    assert ended.code == 0, ended


@pytest.mark.parametrize(
    ("option", "file"),
    [
        (
            "kube-apiserver-arg:\n- admission-control-config-file={root}/psa.yaml",
            "{root}/psa.yaml",
        ),
        ("protect-kernel-defaults: true", "/etc/sysctl.d/90-kubelet.conf"),
    ],
)
def test_options_that_name_missing_files_start_nothing(
    booted: Sandbox, option: str, file: str
) -> None:
    """user_data does not reach a running server again: k3s would crash, so it is left alone."""
    option, file = option.format(root=booted.root), file.format(root="")
    ended = join(booted, CONFIG=option)
    assert ended.code == 1
    assert f"k3s would not start without {file}, which this server never got" in ended.stderr
    assert booted.calls("systemctl") == []
    booted.write(file.removeprefix("/"), "")
    assert join(booted, CONFIG=option).code == 0


@pytest.mark.parametrize("asked", ["v1.35.9+k3s1", "v1.38.0+k3s1"])
def test_a_running_node_moves_one_minor_at_a_time(booted: Sandbox, asked: str) -> None:
    """Neither back nor by two: the binary that runs is kept, nothing is restarted."""
    assert join(booted).code == 0
    booted.forget_calls()
    ended = join(booted, K3S_VERSION=asked)
    assert ended.code == 1
    assert f"and {asked} is asked for; Kubernetes moves one minor at a time" in ended.stderr
    assert booted.calls("systemctl") == []
    assert booted.calls("curl") == []
