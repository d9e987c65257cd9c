"""A new environment: what is written, and what is said."""

from pathlib import Path

import pytest
import yaml

from sovereign.cli.plan import plan_of
from sovereign.cli.stack_file import read
from sovereign.config import ClusterConfig
from tests.environments.typed import NOBODY, PACKS, run


def test_a_new_environment_is_valid_and_says_its_price(program: Path) -> None:
    """Three control planes get the node-local address; the file plans as it stands."""
    arguments = ("new", "live", "--control-planes", "3", "--protect", "--program", str(program))
    code, output = run(*arguments)
    assert code == 0
    assert "monthly cost: 179.95 EUR" in output
    assert "pulumi config set --stack live --secret sovereign:seed" in output
    plan = plan_of(read(program, "live").with_defaults(NOBODY))
    assert (plan.name, plan.api_server_address, plan.protect) == ("live", "node-local", True)
    assert len(plan.control_planes) == 3


def test_a_new_environment_pins_what_it_is_made_of(program: Path) -> None:
    """A new default of the program moves no environment that is there."""
    run("new", "live", "--program", str(program))
    written = yaml.safe_load((program / "Pulumi.live.yaml").read_text(encoding="utf-8"))
    cluster = written["config"]["sovereign:cluster"]
    pinned = ClusterConfig(name="pinned")
    assert cluster["k3s"]["version"] == pinned.k3s.version
    assert cluster["cilium"]["version"] == pinned.cilium.version
    assert cluster["cloudController"]["version"] == pinned.cloud_controller.version
    assert cluster["network"] == pinned.network.model_dump(by_alias=True)
    assert cluster["controlPlane"]["image"] == cluster["pools"]["default"]["image"]


def test_a_new_environment_says_what_is_still_to_be_done(program: Path) -> None:
    """In the order in which it is needed, the key of its secrets first."""
    output = run("new", "live", "--program", str(program))[1]
    steps = [
        "rehearse up --stack live",
        "HCLOUD_TOKEN=",
        "preflight --stack live --for-up",
        "pulumi login",
        "pulumi stack init live --secrets-provider",
        "--secret sovereign:seed",
        "--secret hcloud:token",
        "operatorCidrs",
        "pulumi preview --stack live",
    ]
    assert [output.index(step) for step in steps] == sorted(output.index(step) for step in steps)


@pytest.mark.parametrize(("option", "source"), [([], "dev"), (["--protect"], "prod")])
def test_a_new_environment_is_judged_from_the_start(
    program: Path, option: list[str], source: str
) -> None:
    """As dev is, a protected one as prod; the output names the files."""
    output = run("new", "live", *option, "--program", str(program))[1]
    for pack in PACKS:
        made = program / "policies" / pack / "config.live.json"
        assert made.read_text(encoding="utf-8") == made.with_name(
            f"config.{source}.json"
        ).read_text(encoding="utf-8")
        assert f"{made}: as strict as {source}" in output


def test_a_policy_configuration_that_is_there_stays(program: Path) -> None:
    """Somebody wrote it for this environment."""
    own = program / "policies" / "network" / "config.live.json"
    own.write_text('{"default-deny": {"enforcementLevel": "disabled"}}', encoding="utf-8")
    code, output = run("new", "live", "--protect", "--program", str(program))
    assert (code, "disabled" in own.read_text(encoding="utf-8")) == (0, True)
    assert str(own) not in output


def test_a_protected_environment_without_a_strict_configuration_is_refused(program: Path) -> None:
    """It would be judged as mildly as dev, and nobody would know. Nothing is written."""
    (program / "policies" / "network" / "config.prod.json").unlink()
    code, output = run("new", "live", "--protect", "--program", str(program))
    assert (code, "config.prod.json" in output) == (2, True)
    assert list(program.rglob("*live*")) == []


def test_a_new_environment_of_one_is_reached_by_its_address(program: Path) -> None:
    """One control plane is addressed by its private address."""
    assert run("new", "one", "--workers", "0", "--program", str(program))[0] == 0
    plan = plan_of(read(program, "one").with_defaults(NOBODY))
    assert (plan.api_server_address, plan.workers) == ("control-plane-ip", ())


def test_nothing_is_overwritten(program: Path) -> None:
    """A stack file that is there stays as it is."""
    before = (program / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    code, output = run("new", "dev", "--program", str(program))
    assert (code, "is not overwritten" in output) == (2, True)
    assert (program / "Pulumi.dev.yaml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["even", "--control-planes", "2"], "must be odd"),
        (["Upper"], "a letter first"),
        (["old", "--server-type", "cx22"], "can no longer be ordered"),
    ],
)
def test_a_wrong_wish_is_refused_and_writes_nothing(
    program: Path, arguments: list[str], said: str
) -> None:
    """Exit 2 with the rule; no file appears."""
    code, output = run("new", *arguments, "--program", str(program))
    assert code == 2
    assert said in " ".join(output.split())
    assert len(list(program.glob("Pulumi.*.yaml"))) == 1


def test_a_directory_without_a_program_is_refused(tmp_path: Path) -> None:
    """A stack file nobody reads would help nobody."""
    code, output = run("new", "live", "--program", str(tmp_path))
    assert (code, "Pulumi.yaml" in output) == (2, True)
