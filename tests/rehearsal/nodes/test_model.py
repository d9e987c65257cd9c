"""The node model over time: second runs, replaced and deleted servers, several control planes,
what it keeps."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rehearsal.nodes.environment import render
from rehearsal.nodes.state import NodesState
from sovereign import secrets
from sovereign.components.ssh import environment_file
from tests.rehearsal.nodes.change import NOTHING, SERVER, WORKERS, Change
from tests.rehearsal.nodes.planned import SEED, dev_plan, elsewhere_plan
from tests.rehearsal.nodes.rehearsed import SCRIPTS, Rehearsed


def test_a_second_run_finds_the_same_cluster_and_restarts_nothing(tmp_path: Path) -> None:
    """State survives by way of its file; every join says that nothing changed."""
    first = Rehearsed(dev_plan()).bring_up()
    second = first.again(tmp_path / "nodes.json").bring_up()

    assert second.model.status() == first.model.status()
    for name in (SERVER, *WORKERS):
        assert first.steps[f"{name}-join"].stdout.endswith("is active (restarted)\n")
        assert second.steps[f"{name}-join"].stdout.endswith("is active (unchanged)\n")
    assert second.kubeconfig == first.kubeconfig


def test_nothing_secret_is_kept_in_clear(tmp_path: Path) -> None:
    """Tokens, keys and the Secret's values are in no file that the model writes, whose mode is
    0600."""
    Rehearsed(dev_plan()).bring_up().again(tmp_path / "nodes.json")

    text = (tmp_path / "nodes.json").read_text(encoding="utf-8")
    hidden = [
        secrets.server_token(SEED, "dev"),
        secrets.agent_token(SEED, "dev"),
        secrets.deploy_key(SEED, "dev").private.splitlines()[1],
        secrets.host_key(SEED, SERVER, 1).private.splitlines()[1],
        "hcloud-token",
        "PRIVATE KEY",
    ]
    assert [one for one in hidden if one in text] == []
    assert (tmp_path / "nodes.json").stat().st_mode & 0o777 == 0o600


def test_a_token_among_the_options_is_not_kept_either() -> None:
    """Nobody should write one there; whoever does finds it on the node only."""
    change = Change("k3s", "agent-token", "among-the-options", SERVER)
    rehearsed = Rehearsed(dev_plan(), change).bring_up()

    assert "among-the-options" not in str(rehearsed.model.state)


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    """An older file is not read half."""
    path = tmp_path / "nodes.json"
    path.write_text(json.dumps({"version": 0}), encoding="utf-8")

    with pytest.raises(ValueError, match="version 0"):
        NodesState.load(path)


def test_a_script_that_is_no_file_of_the_program_does_not_run() -> None:
    """One byte more is another script."""
    rehearsed = Rehearsed(dev_plan())
    text = (SCRIPTS / "wait-api.sh").read_text(encoding="utf-8")

    outcome = rehearsed.model.run(
        rehearsed.connection(rehearsed.plan.nodes[0]), text + "\n", "LIMIT_S=10\n"
    )

    assert outcome.exit_code == 127
    assert "not byte-identical to any file in scripts/" in outcome.stderr


def test_a_missing_variable_ends_a_script_as_the_shell_ends_it() -> None:
    """`set -u` names the variable."""
    rehearsed = Rehearsed(dev_plan())

    outcome = rehearsed.script("join", rehearsed.plan.nodes[0], "join.sh", {"ROLE": "server"})

    assert outcome.exit_code == 2
    assert "LIMIT_S: parameter not set" in outcome.stderr


def test_an_environment_that_would_run_something_is_not_evaluated() -> None:
    """The line is named, its text is not repeated."""
    rehearsed = Rehearsed(dev_plan())
    script = (SCRIPTS / "wait-api.sh").read_text(encoding="utf-8")

    outcome = rehearsed.model.run(
        rehearsed.connection(rehearsed.plan.nodes[0]), script, "LIMIT_S=$(secret)\n"
    )

    assert outcome.exit_code == 2
    assert "line 1" in outcome.stderr
    assert "secret" not in outcome.stderr


def test_a_changed_option_restarts_k3s_with_it() -> None:
    """Joins are idempotent, not frozen: another configuration is another start."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    worker = rehearsed.plan.nodes[1]
    rehearsed.change = Change("k3s", "node-ip", "10.0.1.99", WORKERS[0])
    broken = rehearsed.join(worker)
    not_ready = rehearsed.reasons()
    rehearsed.change = NOTHING
    cured = rehearsed.join(worker)

    assert (broken.exit_code, cured.exit_code) == (1, 0)
    assert "10.0.1.99" in not_ready[WORKERS[0]]
    assert cured.stdout.endswith("(restarted)\n")
    assert rehearsed.reasons() == {}


def test_an_emptied_project_leaves_nothing_behind(tmp_path: Path) -> None:
    """After the last server is gone, no host and no cluster is remembered."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    rehearsed.project.machines.clear()

    assert rehearsed.model.status().nodes == ()
    rehearsed.model.save(tmp_path / "nodes.json")
    stored = json.loads((tmp_path / "nodes.json").read_text(encoding="utf-8"))
    assert (stored["hosts"], stored["clusters"]) == ({}, {})


def test_the_values_stand_on_the_control_plane() -> None:
    """The copy for people is the text that was sent."""
    rehearsed = Rehearsed(dev_plan()).bring_up()

    host = next(h for h in rehearsed.model.state.hosts.values() if h.name == SERVER)
    assert "k8sServiceHost: 10.0.1.2" in host.files["/var/lib/sovereign/cilium-values.yaml"]


def test_several_joins_may_come_at_once() -> None:
    """The runtime joins workers from several threads; each ends well."""
    rehearsed = Rehearsed(dev_plan())
    first, *workers = rehearsed.plan.nodes
    rehearsed.join(first)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(rehearsed.join, workers))

    assert [outcome.exit_code for outcome in outcomes] == [0, 0]


def test_the_environment_of_the_tests_is_the_programs() -> None:
    """Scripts get the text that the program renders, not one of our own."""
    variables = {"CONFIG": "a: 'b'\nc: $HOME\n", "TOKEN": "", "URL": "https://x/%2B"}
    assert render(variables) == environment_file(variables)


def test_a_successor_of_the_same_name_does_not_leave() -> None:
    """After a refresh the old server's leave runs last; the node of another server stays."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    variables = {"NODE": WORKERS[1], "SERVER_ID": "99", "LIMIT_S": "600"}
    left = rehearsed.script("leave", rehearsed.plan.nodes[0], "leave.sh", variables)
    assert left.stdout.endswith(": it stays\n")
    assert rehearsed.reasons() == {}


def test_a_sovereign_with_ssh_on_another_port_is_reached_there() -> None:
    """Firewall, sshd and the program agree on the port."""
    rehearsed = Rehearsed(elsewhere_plan()).bring_up()

    assert {step: out.stderr for step, out in rehearsed.steps.items() if out.exit_code} == {}
    assert rehearsed.model.status().ready
