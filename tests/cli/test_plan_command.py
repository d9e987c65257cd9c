"""`sovereign plan`: what is decided, without cloud, account or network."""

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from sovereign.cli import app

ROOT = Path(__file__).parents[2]


def sovereign(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_the_plan_is_printed_as_tables() -> None:
    """Nodes with addresses, who gets in, what is downloaded, the API's address, the cost."""
    text = sovereign("plan", "--set", "sovereign:operatorCidrs=[203.0.113.0/24]").output
    for expected in (
        "dev-control-plane-1",
        "10.0.1.21",
        "203.0.113.0/24",
        "k3s-amd64",
        "10.0.1.2:6443",
        "1305 for pods",
        "107.97 EUR (sample prices of 2026-09-04)",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("settings", "kind", "expected"),
    [
        ([], "hetzner", ["Hetzner load balancer", "one location, which cannot be changed later"]),
        (
            ["loadBalancer={kind: dns, zone: example.org}"],
            "dns",
            ["DNS: PowerDNS Lua records", "any number of regions", "k8gb"],
        ),
    ],
)
def test_the_plan_shows_how_services_get_an_address_and_what_that_costs(
    settings: list[str], kind: str, expected: list[str]
) -> None:
    """All ways as a table for people, the chosen one first; by its kind for machines."""
    chosen = [part for setting in settings for part in ("--set", setting)]
    text = sovereign("plan", *chosen).stdout
    table = " ".join(text[text.index("load balancing") :].replace("│", " ").split())
    for words in ("cost", "on failure", *expected):
        assert words in table
    kinds = [word for word in table.split() if word in ("hetzner", "dns", "l2")]
    assert kinds[0] == kind
    assert sorted(kinds) == ["dns", "hetzner", "l2"]
    assert json.loads(sovereign("plan", "--json", *chosen).stdout)["load_balancer"] == kind


def test_the_plan_is_one_json_object_for_machines() -> None:
    """Every node with its k3s options; the warning about operators is on stderr only."""
    said = sovereign("plan", "--json")
    plan = json.loads(said.stdout)
    assert [node["private_ip"] for node in plan["pools"][0]["nodes"]] == ["10.0.1.20", "10.0.1.21"]
    assert plan["control_planes"][0]["k3s_config"]["flannel-backend"] == "none"
    assert "operatorCidrs is not set" in said.stderr


def test_a_setting_overrides_one_value() -> None:
    """`--set` takes a path inside the cluster and a YAML value."""
    plan = json.loads(sovereign("plan", "--json", "--set", "pools={}").stdout)
    assert plan["pools"] == []
    assert plan["cilium"]["values"]["operator"]["replicas"] == 1


def test_a_bad_configuration_says_every_problem_and_exits_with_2() -> None:
    """Path, value found, rule and fix of each."""
    said = sovereign("plan", "--set", "cilium.mtu=9000", "--set", "controlPlane.ids=[1, 2]")
    assert said.exit_code == 2
    assert "cilium.mtu: found 9000" in said.stderr
    assert "controlPlane.ids: found [1, 2]" in said.stderr
    assert "fix:" in said.stderr
    assert "Traceback" not in said.output


def test_a_bad_configuration_is_an_object_for_machines() -> None:
    """The same problems under `errors`."""
    said = sovereign("plan", "--json", "--set", "cilium.mtu=9000")
    (error,) = json.loads(said.stdout)["errors"]
    assert (said.exit_code, error["path"], error["value"]) == (2, "cilium.mtu", "9000")


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ("pools", "must be path=value"),
        ("cilium.mtu=[", "must be YAML"),
        ("name.first=dev", "`name` is a value, nothing is inside it"),
    ],
)
def test_a_setting_that_cannot_be_read_is_refused(setting: str, rule: str) -> None:
    """With what was given and how to write it."""
    said = sovereign("plan", "--set", setting)
    assert said.exit_code == 2
    assert rule in said.stderr


def test_a_stack_without_a_file_is_refused_by_name() -> None:
    """The missing file is named."""
    said = sovereign("plan", "--stack", "nowhere")
    assert said.exit_code == 2
    assert "Pulumi.nowhere.yaml: found no such file" in said.stderr


def test_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    """File and line."""
    (tmp_path / "Pulumi.yaml").write_text("name: sovereign\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  a: [1\n  b: 2\n", encoding="utf-8")
    said = sovereign("plan", "--program", str(tmp_path))
    assert said.exit_code == 2
    assert "Pulumi.dev.yaml:3" in said.stderr


def test_encrypted_values_count_as_not_set(tmp_path: Path) -> None:
    """They cannot be read without the stack's key, and are never guessed."""
    from sovereign.cli import stack_file

    (tmp_path / "Pulumi.yaml").write_text("name: sovereign\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  sovereign:seed: {secure: v1:abc}\n  sovereign:cluster: {name: dev}\n",
        encoding="utf-8",
    )
    found = stack_file.read(tmp_path, "dev")
    assert found.encrypted == ("sovereign:seed",)
    assert found.config == {"sovereign:cluster": {"name": "dev"}}
    assert found.engine_config() == {"sovereign:cluster": '{"name": "dev"}'}


@pytest.mark.parametrize(
    "command",
    [
        "plan",
        "rehearse up",
        "rehearse preview",
        "rehearse destroy",
        "rehearse status",
        "mesh list",
        "mesh emit",
        "cilium values",
        "migrate istio",
    ],
)
def test_every_command_helps_with_an_example(command: str) -> None:
    """`--help` ends with one that can be copied."""
    text = " ".join(sovereign(*command.split(), "--help").output.split())
    assert "Example" in text
    assert f"sovereign {command}" in text


def test_a_rehearsal_without_its_packages_says_so_and_exits_with_3(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One sentence with the cure; as JSON too."""
    import importlib

    real = importlib.import_module

    def missing(name: str, package: str | None = None) -> object:
        if name == "rehearsal.command":
            raise ModuleNotFoundError("No module named 'starlette'", name="starlette")
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", missing)
    said = sovereign("rehearse", "up")
    assert said.exit_code == 3
    assert "needs the Python package starlette" in said.output
    answer = json.loads(sovereign("rehearse", "up", "--json").stdout)
    assert answer["result"] == "unavailable"
    schema = (ROOT / "docs" / "rehearsal.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(answer, json.loads(schema))
