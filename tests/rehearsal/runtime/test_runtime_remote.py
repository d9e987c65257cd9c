"""Components that a plugin constructs: started, asked and ended as the engine does it."""

import os
import textwrap
from typing import Any

import pytest

from rehearsal.runtime import UNKNOWN, Command, Result, Secret, run
from tests.rehearsal.runtime.workbench import Workbench, done

PLUGIN = """
import os
from typing import Any, TypedDict

import pulumi
import pulumi_hcloud as hcloud
from pulumi.provider.experimental import component_provider_host


class KeyArgs(TypedDict):
    publicKey: pulumi.Input[str]


class Key(pulumi.ComponentResource):
    fingerprint: pulumi.Output[str]
    publicKey: pulumi.Output[str]
    pid: pulumi.Output[int]

    def __init__(self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("tiny:index:Key", name, {}, opts)
        if name == "broken":
            raise ValueError("no such key")
        child = pulumi.ResourceOptions(parent=self)
        key = hcloud.SshKey(name, name=name, public_key=args["publicKey"], opts=child)
        self.fingerprint, self.publicKey, self.pid = key.fingerprint, key.public_key, os.getpid()
        self.register_outputs({})


component_provider_host([Key], name="tiny", version="1.0.0")
"""
PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKNpeRy2OiQzNTY0UUOlcGTzUTfHh0Wgd2C1rBr1u0QF"


@pytest.fixture
def tiny(bench: Workbench) -> Workbench:
    """A program that names the plugin."""
    plugin = bench.folder / "plugin"
    plugin.mkdir()
    (plugin / "PulumiPlugin.yaml").write_text("runtime: python\n")
    (plugin / "__main__.py").write_text(PLUGIN)
    program = bench.folder / "program"
    program.mkdir()
    (program / "Pulumi.yaml").write_text(
        "name: trial\nruntime: python\npackages: {tiny: ../plugin}\n"
    )
    return bench


def key(name: str = "k", public: str = repr(PUBLIC), opts: str = "O()") -> str:
    """A program with one component, and what it says."""
    return textwrap.dedent(
        f"""
        class Key(pulumi.ComponentResource):
            fingerprint: pulumi.Output[str]
            publicKey: pulumi.Output[str]
            pid: pulumi.Output[int]

            def __init__(self):
                given = {{"publicKey": {public}, "fingerprint": None, "pid": None}}
                super().__init__("tiny:index:Key", {name!r}, given, {opts}, True)

        component = Key()
        pulumi.export("fingerprint", component.fingerprint)
        pulumi.export("public", component.publicKey)
        pulumi.export("pid", component.pid)
        pulumi.export("urn", component.urn)
        """
    )


def urns(result: Result) -> dict[str, Any]:
    return {step.urn.split("::")[2]: step for step in result.steps if step.name == "k"}


def test_its_children_are_the_stacks_and_their_outputs_come_back(tiny: Workbench) -> None:
    """URNs as the engine makes them; a second run changes nothing; no plugin outlives a run."""
    first = tiny.up(key())
    assert first.errors == ()
    assert set(urns(first)) == {"tiny:index:Key", "tiny:index:Key$hcloud:index/sshKey:SshKey"}
    assert first.outputs["fingerprint"]
    assert first.outputs["urn"] == "urn:pulumi:dev::trial::tiny:index:Key::k"
    with pytest.raises(ProcessLookupError):
        os.kill(int(first.outputs["pid"]), 0)
    second = tiny.up(key())
    assert done(second) == []
    assert second.counts["same"] == first.counts["create"]
    assert "pulumi:providers:tiny" in str(tiny.state())
    gone = run(tiny.request("", Command.DESTROY))
    assert gone.succeeded
    assert tiny.simulator.is_empty()


def test_a_preview_plans_the_children_and_leaves_their_outputs_open(tiny: Workbench) -> None:
    """Nothing is sent."""
    result = tiny.preview(key())
    assert result.errors == ()
    assert result.outputs["fingerprint"] is UNKNOWN
    assert {name for name, _ in done(result)} == {"k"}
    assert tiny.sent() == []


def test_a_secret_that_goes_in_comes_out_as_one(tiny: Workbench) -> None:
    """Through plugin, driver and back; the state holds no clear text."""
    result = tiny.up(key(public=f"pulumi.Output.secret({PUBLIC!r})"))
    assert result.outputs["public"] == Secret(PUBLIC)
    assert PUBLIC not in tiny.state_file.read_text()


def test_options_reach_the_component(tiny: Workbench) -> None:
    """Protection, which the children inherit."""
    assert tiny.up(key(opts="O(protect=True)")).succeeded
    protected = [name for name, entry in tiny.state().items() if entry.get("protect")]
    assert protected == ["k"]
    assert not run(tiny.request("", Command.DESTROY)).succeeded


def test_what_depends_on_a_failed_resource_is_skipped(tiny: Workbench) -> None:
    """The plugin is not asked at all."""
    failing = "hcloud.SshKey('bad', name='bad', public_key='nonsense')\n"
    result = tiny.up(f"bad = {failing}{key(opts='O(depends_on=[bad])')}")
    assert not result.succeeded
    assert "skipped: it depends on bad, which failed" in str(result.diagnostics)


def test_an_error_of_the_plugin_is_one_sentence(tiny: Workbench) -> None:
    """Its first line, without the traceback."""
    result = tiny.up(key(name="broken"))
    assert result.errors == ("tiny:index:Key 'broken': the plugin tiny failed: no such key",)
    assert result.refused


def test_a_plugin_that_does_not_start_says_why(tiny: Workbench) -> None:
    """The last line that it printed."""
    (tiny.folder / "plugin" / "__main__.py").write_text("raise SystemExit('it has no key')\n")
    result = tiny.up(key())
    assert result.errors == ("tiny:index:Key 'k': the plugin tiny does not start: it has no key",)


@pytest.mark.parametrize(
    ("project", "said"),
    [
        ("name: trial\nruntime: python\n", "names no directory with that plugin under `packages`"),
        (
            "name: trial\nruntime: python\nplugins: {providers: [{name: tiny, path: ..}]}\n",
            "is no plugin in Python: it needs PulumiPlugin.yaml and __main__.py",
        ),
    ],
)
def test_a_plugin_that_is_not_there_is_named(tiny: Workbench, project: str, said: str) -> None:
    """With what is missing."""
    (tiny.folder / "program" / "Pulumi.yaml").write_text(project)
    (error,) = tiny.up(key()).errors
    assert error.startswith("tiny:index:Key 'k': ")
    assert said in error
