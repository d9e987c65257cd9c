"""Commands: scripts on hosts through the hosts port, and on this machine."""

import json

from rehearsal.nodes.ports import Connection, Outcome
from rehearsal.runtime import UNKNOWN, Secret
from rehearsal.runtime.cipher import Cipher
from tests.rehearsal.runtime.workbench import Workbench, done

JOIN = """
key = cfg.require_secret("key")
join = command.remote.Command("join",
    connection={"host": "198.51.100.1", "user": "root", "private_key": key,
        "host_key": "ssh-ed25519 AAAA", "dial_error_limit": 60},
    create=cfg.get("create") or "create.sh", update=cfg.get("update"),
    delete="leave.sh", stdin=cfg.get_secret("stdin") or "plain", logging="none",
    triggers=[cfg.get("trigger") or "1"], add_previous_output_in_env=False)
pulumi.export("stdout", join.stdout)
"""
KEY = {"trial:key": "PRIVATE-KEY"}


def settings(**config: str) -> dict[str, object]:
    full = {**KEY, **{f"trial:{key}": value for key, value in config.items()}}
    secret = tuple(key for key in full if key in ("trial:key", "trial:stdin"))
    return {"config": full, "secret_keys": secret}


def test_a_script_runs_with_the_programs_own_connection(bench: Workbench) -> None:
    """Host, user, keys, dial limit and input are handed over as they are."""
    bench.hosts.outcome = Outcome("joined\n", "", 0)
    result = bench.up(JOIN, **settings(stdin="TOKEN='hunter2'\n"))
    assert result.errors == ()
    ((connection, script, stdin),) = bench.hosts.sessions
    assert connection == Connection(
        "198.51.100.1", 22, "root", "PRIVATE-KEY", "ssh-ed25519 AAAA", 60
    )
    assert (script, stdin) == ("create.sh", "TOKEN='hunter2'\n")
    assert result.outputs == {"stdout": Secret("joined")}


def test_no_secret_of_a_command_reaches_state_or_messages_in_clear(bench: Workbench) -> None:
    """Not even when the script prints its input and fails."""
    bench.hosts.outcome = Outcome("", "refused: TOKEN=hunter2-token\n", 1)
    result = bench.up(JOIN, **settings(stdin="TOKEN=hunter2-token"))
    assert not result.succeeded
    shown = str(result.diagnostics) + str(result.errors) + str(bench.events)
    assert "hunter2" not in shown + bench.state_file.read_text()
    assert "[secret]" in result.errors[0]


def test_the_key_in_a_connection_is_a_secret_of_its_own_in_the_state(bench: Workbench) -> None:
    """As the real provider's check leaves it: another form would be a change to that."""
    bench.up(JOIN, **settings())
    entry = bench.state()["join"]
    latest = json.loads(bench.state_file.read_text())["checkpoint"]["latest"]
    cipher = Cipher.unlock("x", latest["secrets_providers"]["state"]["salt"])
    for properties in (entry["inputs"], entry["outputs"]):
        connection = json.loads(cipher.decrypt(properties["connection"]["ciphertext"]))
        assert connection["host"] == "198.51.100.1"
        assert json.loads(connection["privateKey"]["ciphertext"]) == "PRIVATE-KEY"
    assert done(bench.up(JOIN, **settings())) == []


def test_a_preview_runs_nothing_and_does_not_know_what_would_be_printed(bench: Workbench) -> None:
    """Neither before the first run nor before an update; unchanged it is known."""
    assert bench.preview(JOIN, **settings()).outputs == {"stdout": Secret(UNKNOWN)}
    bench.up(JOIN, **settings())
    assert bench.preview(JOIN, **settings()).outputs == {"stdout": Secret("done")}
    changed = bench.preview(JOIN, **settings(create="other.sh"))
    assert changed.outputs == {"stdout": Secret(UNKNOWN)}
    assert len(bench.hosts.sessions) == 1


def test_update_runs_on_change_and_create_where_there_is_no_update(bench: Workbench) -> None:
    """pulumi-command#447."""
    bench.up(JOIN, **settings())
    bench.up(JOIN, **settings(create="two.sh"))
    bench.up(JOIN, **settings(create="two.sh", update="update.sh"))
    assert [script for _, script, _ in bench.hosts.sessions] == ["create.sh", "two.sh", "update.sh"]


def test_a_changed_trigger_replaces_and_the_old_delete_runs_last(bench: Workbench) -> None:
    """Create first: the delete script runs with what was stored."""
    bench.up(JOIN, **settings())
    result = bench.up(JOIN, **settings(trigger="2"))
    assert [op for _, op in done(result)] == ["create-replacement", "replace", "delete-replaced"]
    assert [script for _, script, _ in bench.hosts.sessions][1:] == ["create.sh", "leave.sh"]


def test_a_failed_script_says_where_and_what_it_printed(bench: Workbench) -> None:
    """The gate's output is all an operator has."""
    bench.hosts.outcome = Outcome("node dev-worker-1 NotReady\n", "gave up after 600 s\n", 1)
    result = bench.up(JOIN, **settings())
    (error,) = result.errors
    assert "the script of join on 198.51.100.1 ended with exit status 1" in error
    assert "NotReady" in error
    assert "gave up after 600 s" in error
    assert "join" not in bench.state()


def test_a_host_that_cannot_be_reached_is_said_so(bench: Workbench) -> None:
    """Exit code 255 is not the script's."""
    bench.hosts.outcome = Outcome("", "dial tcp 198.51.100.1:22: connection refused", 255)
    (error,) = bench.up(JOIN, **settings()).errors
    assert error.endswith(
        "could not connect to 198.51.100.1: dial tcp 198.51.100.1:22: connection refused"
    )


def test_a_failed_update_is_tried_again(bench: Workbench) -> None:
    """The state keeps the old inputs, so the next run sees the difference."""
    bench.up(JOIN, **settings())
    bench.hosts.outcome = Outcome("", "no", 1)
    assert not bench.up(JOIN, **settings(create="two.sh")).succeeded
    bench.hosts.outcome = Outcome("yes", "", 0)
    assert done(bench.up(JOIN, **settings(create="two.sh"))) == [("join", "update")]
    assert bench.hosts.sessions[-1][1] == "two.sh"


def test_delete_is_skipped_with_what_the_command_lives_on(bench: Workbench) -> None:
    """deleted_with: a full destroy does not drain nodes that vanish anyway."""
    program = """
    server = hcloud.PlacementGroup("cp", name="cp", type="spread")
    command.remote.Command("leave", connection={"host": "198.51.100.1"}, delete="leave.sh",
        triggers=[server.id], opts=O(deleted_with=server))
    """
    bench.up(program)
    assert bench.destroy().succeeded
    assert bench.hosts.sessions == []


def test_delete_is_not_skipped_with_what_is_only_replaced(bench: Workbench) -> None:
    """The engine counts what goes, and not what is deleted first to be made again (`sg.deletes`,
    3.259)."""
    program = """
    server = hcloud.PlacementGroup("cp", name="cp", type="spread",
        opts=O(delete_before_replace=True, replacement_trigger={}))
    command.remote.Command("leave", connection={{"host": "198.51.100.1"}}, delete="leave.sh",
        triggers=[server.id], opts=O(deleted_with=server))
    """
    bench.up(program.format(1))
    assert bench.up(program.format(2)).succeeded
    assert [text for _, text, *_ in bench.hosts.sessions] == ["leave.sh"]


def test_a_replaced_object_is_made_with_what_was_ignored(bench: Workbench) -> None:
    """The engine checks the program's own inputs again for the new object (3.259)."""
    program = """
    hcloud.PlacementGroup("cp", name="cp", type="spread", labels={{"is": "{}"}},
        opts=O(delete_before_replace=True, replacement_trigger={}, ignore_changes=["labels"]))
    """
    for label, trigger, held in (("a", 1, "a"), ("b", 1, "a"), ("c", 2, "c")):
        assert bench.up(program.format(label, trigger)).succeeded
        assert bench.state()["cp"]["inputs"]["labels"] == {"is": held}


def test_what_the_driver_does_not_have_is_refused_by_name(bench: Workbench) -> None:
    """`environment` needs AcceptEnv on the host; a bastion needs a second session."""
    remote = 'command.remote.Command("c", connection={{"host": "h"{}}}, create="x"{})\n'
    for connection, more, name in (
        ("", ', environment={"A": "b"}', "environment"),
        (', "proxy": {"host": "p"}', "", "connection.proxy"),
    ):
        result = bench.up(remote.format(connection, more))
        assert name in result.errors[0]


def test_a_local_command_sees_its_own_environment_only(
    bench: Workbench, monkeypatch: object
) -> None:
    """Not the caller's token."""
    del monkeypatch
    result = bench.up(
        """
        c = command.local.Command("c", create="cat; echo $A$HCLOUD_TOKEN", stdin="in-",
            environment={"A": "a"})
        pulumi.export("out", c.stdout)
        """,
        environment={"B": "b"},
    )
    assert result.outputs == {"out": "in-a"}
