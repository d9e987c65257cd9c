"""The real engine, where `pulumi` is on PATH: the same program gives the same resources, inputs and
verdicts as on the embedded runtime."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rehearsal import engine, isolation
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.nodes.model import NodeModel
from rehearsal.nodes.project import SimulatedProject
from rehearsal.program import Program
from rehearsal.runtime import UNKNOWN, Command, Drivers, HetznerEndpoint, Request, Secret, run
from rehearsal.session import SCRIPTS
from sovereign.cli import stack_file

ROOT = Path(__file__).parents[2]
PACKS = (ROOT / "policies" / "encryption", ROOT / "policies" / "network")
SECRET, UNKNOWN_TEXT = "[secret]", "[unknown]"
ENVELOPE = "4dabf18193072939515e22adb298388d"
SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SCENARIOS = {
    "dev": [],
    "single-node": ["pools={}"],
    "highly-available": ["controlPlane.ids=[1, 2, 3]"],
    "node-local": ["apiServerAddress=node-local"],
    "protected": ["protect=true"],
}

pytestmark = pytest.mark.skipif(
    not shutil.which("pulumi"), reason="the real engine, `pulumi`, is not on PATH"
)


@pytest.fixture(scope="module", params=SCENARIOS)
def previews(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[engine.EngineRun, Any]:
    """A first preview of one scenario by both engines."""
    directory = tmp_path_factory.mktemp(request.param)
    file = stack_file.read(ROOT, "dev", SCENARIOS[request.param])
    file = file.with_defaults(isolation.DEFAULTS)
    program = Program(ROOT, file.project, file.engine_config(), ("sovereign:seed",))
    simulator = HetznerSimulator(HetznerState())
    nodes = NodeModel(SimulatedProject(simulator), SCRIPTS)
    with serve(simulator) as endpoint:
        real = engine.preview(
            program,
            stack="dev",
            workspace=directory / "engine",
            endpoint=endpoint,
            packs=PACKS,
            virtualenv=ROOT / ".venv",
        )
        embedded = run(
            Request(
                program=ROOT,
                stack="dev",
                project=program.project,
                command=Command.PREVIEW,
                backend=directory / "backend",
                passphrase=isolation.PASSPHRASE,
                drivers=Drivers(HetznerEndpoint(endpoint), nodes, nodes),
                config=program.config,
                secret_keys=program.secret_keys,
                policy_packs=PACKS,
                environment=isolation.program_environment(endpoint),
            )
        )
        assert simulator.counts() == {}
    return real, embedded


def test_both_plan_the_same_operation_for_every_resource(
    previews: tuple[engine.EngineRun, Any],
) -> None:
    """URN by URN; providers that an engine makes by itself apart."""
    real, embedded = previews
    assert real.errors == []
    assert embedded.errors == ()
    theirs = {s["urn"]: s["op"] for s in real.steps if "::default_" not in s["urn"]}
    ours = {s.urn: s.op.value for s in embedded.steps if "::default_" not in s.urn}
    assert ours == theirs
    assert len(ours) > 20


def test_both_see_the_same_inputs(previews: tuple[engine.EngineRun, Any]) -> None:
    """Value by value; secrets and unknowns as such; what a provider adds as a default apart."""
    real, embedded = previews
    theirs = {s["urn"]: plain(s["inputs"]) for s in real.steps}
    compared = 0
    for step in embedded.steps:
        if "pulumi:providers:" in step.urn:
            continue
        compared += 1
        assert differences(plain(step.inputs), theirs[step.urn]) == [], step.urn
    assert compared > 20


def test_both_let_the_packs_say_the_same(previews: tuple[engine.EngineRun, Any]) -> None:
    """Pack, policy, level and resource of every finding."""
    real, embedded = previews
    theirs = {(p["pack"], p["policy"], p["level"], p["urn"]) for p in real.policies}
    ours = {(v.pack, v.policy, v.level.value, v.urn) for v in embedded.violations}
    assert ours == theirs
    assert {(pack["name"], pack["evaluated"]) for pack in real.packs} == {
        (pack.name, pack.evaluated) for pack in embedded.packs
    }


def plain(value: Any) -> Any:
    """A value of either engine in one form."""
    if isinstance(value, Secret):
        return SECRET
    if value is UNKNOWN or value == SENTINEL:
        return UNKNOWN_TEXT
    if isinstance(value, Mapping):
        if ENVELOPE in value:
            return SECRET
        return {key: plain(item) for key, item in value.items() if key != "__defaults"}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Where the values differ.

    The command provider makes all of `connection` secret, and a provider may add defaults: both are
    no difference.
    """
    if theirs == SECRET and (ours == SECRET or SECRET in str(ours)):
        return []
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return [
            found
            for key in ours
            if ours[key] is not None
            for found in differences(ours[key], theirs.get(key), f"{path}.{key}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [f for i, (a, b) in pairs for f in differences(a, b, f"{path}[{i}]")]
    return [] if ours == theirs else [f"{path}: {ours!r} != {theirs!r}"]
