"""The program's process: what it is given, what it may say, what stops it."""

from dataclasses import replace

import pytest

from rehearsal.runtime import (
    UNKNOWN,
    Command,
    Drivers,
    HetznerEndpoint,
    Secret,
    run,
)
from tests.rehearsal.runtime.workbench import Workbench, done

GROUP = 'hcloud.PlacementGroup("{0}", name="{0}", type="spread"{1})\n'


DELETE_HOOK = """
hook = pulumi.ResourceHook("h", lambda a: None)
hcloud.PlacementGroup("a", name="a", type="spread",
    opts=O(hooks=pulumi.ResourceHookBinding(before_delete=[hook])))
"""


def group(name: str, more: str = "") -> str:
    return GROUP.format(name, more)


def test_the_program_sees_nothing_that_leads_to_a_real_cloud(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the caller's token nor a kubeconfig nor the caller's Pulumi."""
    for name in ("HCLOUD_TOKEN", "HCLOUD_ENDPOINT", "KUBECONFIG", "PULUMI_ACCESS_TOKEN"):
        monkeypatch.setenv(name, "from-the-caller")
    monkeypatch.setenv("HARMLESS", "kept")
    result = bench.up(
        """
        import os
        pulumi.export("hostile", [k for k, v in os.environ.items() if v == "from-the-caller"])
        pulumi.export("kept", os.environ["HARMLESS"] + os.environ["GIVEN"])
        """,
        environment={"GIVEN": "-given"},
    )
    assert result.outputs == {"hostile": [], "kept": "kept-given"}


def test_the_program_runs_as_under_the_real_engine(bench: Workbench) -> None:
    """Its own directory first on the path, project, stack, organization and root directory."""
    (bench.folder / "program").mkdir()
    (bench.folder / "program" / "state.py").write_text("ANSWER = 42\n")
    result = bench.up(
        """
        import pathlib
        import state
        pulumi.export("answer", state.ANSWER)
        pulumi.export("who", [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])
        pulumi.export("root", pulumi.runtime.get_root_directory() == str(pathlib.Path.cwd()))
        pulumi.export("dry", pulumi.runtime.is_dry_run())
        """
    )
    assert result.errors == ()
    assert result.outputs == {
        "answer": 42,
        "who": ["organization", "trial", "dev"],
        "root": True,
        "dry": False,
    }


def test_an_asynchronous_program_runs_as_well(bench: Workbench) -> None:
    """`pulumi.run` is how newer programs start."""
    result = bench.up(
        """
        async def main():
            return {"x": 1}
        pulumi.run(main)
        """
    )
    assert result.outputs == {"x": 1}


def test_what_the_program_prints_becomes_diagnostics_with_secrets_masked(bench: Workbench) -> None:
    """Also what it prints to stderr; a secret of the configuration never shows."""
    result = bench.up(
        """
        import sys
        print("out", cfg.require("token"))
        print("err", file=sys.stderr)
        """,
        config={"trial:token": "K10-very-secret"},
        secret_keys=("trial:token",),
    )
    said = {(one.severity, one.message) for one in result.diagnostics}
    assert ("info", "out [secret]") in said
    assert ("info#err", "err") in said
    assert "K10-very-secret" not in str(result.diagnostics) + str(bench.events)


def test_structured_and_secret_configuration_arrive(bench: Workbench) -> None:
    """Objects are JSON text on the way, secrets stay secret."""
    result = bench.up(
        """
        pulumi.export("ids", cfg.require_object("cluster")["ids"])
        pulumi.export("seed", cfg.require_secret("seed"))
        """,
        config={"trial:cluster": '{"ids": [1, 2]}', "trial:seed": "hunter2"},
        secret_keys=("trial:seed",),
    )
    assert result.outputs == {"ids": [1, 2], "seed": Secret("hunter2")}


def test_a_runerror_is_one_sentence(bench: Workbench) -> None:
    """No traceback for what an operator can put right."""
    result = bench.up('raise pulumi.RunError("the range is taken")\n')
    assert result.errors == ("the program failed: the range is taken",)
    assert not any("Traceback" in one.message for one in result.diagnostics)


def test_a_failed_resource_skips_what_needs_it_and_lets_its_siblings_finish(
    bench: Workbench,
) -> None:
    """That is the engine's --continue-on-error. Nothing unknown ever reaches the API."""
    bench.up(group("taken"))
    result = bench.up(
        group("taken")
        + """
again = hcloud.PlacementGroup("again", name="taken", type="spread")
child = hcloud.PlacementGroup("child", name="child", type="spread", labels={"of": again.id})
grandchild = hcloud.PlacementGroup("gc", name="gc", type="spread", opts=O(depends_on=[child]))
hcloud.PlacementGroup("free", name="free", type="spread")
pulumi.export("id", again.id)
"""
    )
    assert not result.succeeded
    assert sorted(done(result)) == [("again", "create"), ("free", "create")]
    assert result.errors == (
        (
            "hcloud:index/placementGroup:PlacementGroup 'again': "
            "placement_group name is already used (uniqueness_error)"
        ),
    )
    skipped = [one.message for one in result.diagnostics if "skipped" in one.message]
    assert len(skipped) == 2
    assert result.outputs == {}
    assert set(bench.state()) >= {"taken", "free"}


def test_nothing_is_deleted_after_a_failure(bench: Workbench) -> None:
    """What the program no longer names stays until a run goes well."""
    bench.up(group("old") + group("taken"))
    result = bench.up(group("taken") + 'hcloud.PlacementGroup("x", name="taken", type="spread")\n')
    assert not result.succeeded
    assert "old" in bench.state()
    assert done(bench.up(group("taken"))) == [("old", "delete")]


@pytest.mark.parametrize(
    ("program", "feature"),
    [
        (group("a", ', opts=O(import_="7")'), "import_"),
        (
            group("a", ", opts=O(replace_with=[pulumi.ComponentResource('x:y:Z', 'c')])"),
            "replace_with",
        ),
        (DELETE_HOOK, "before_delete hooks"),
        ('k8s.yaml.v2.ConfigFile("f", file="x.yaml", opts=O())\n', ""),
        ('hcloud.Zone("z", name="example.org", mode="primary")\n', "hcloud:index/zone:Zone"),
        ('hcloud.get_certificate(name="x")\n', "hcloud:index/getCertificate"),
        ("import pulumi_random\n", ""),
    ],
)
def test_what_this_runtime_lacks_fails_by_name(
    bench: Workbench, program: str, feature: str
) -> None:
    """Never ignored: one sentence names the feature and, where there is one, the resource."""
    result = bench.up(program)
    assert not result.succeeded
    assert result.errors
    if feature:
        assert feature in result.errors[0]
        assert "real engine" in result.errors[0]
    assert bench.sent() == []


def test_an_endpoint_that_is_not_loopback_is_refused_before_anything_runs(
    bench: Workbench,
) -> None:
    """Also when the program itself configures a provider."""
    elsewhere = Drivers(HetznerEndpoint("https://api.hetzner.cloud/v1"), bench.hosts, bench.cluster)
    result = bench.up(group("a"), drivers=elsewhere)
    assert result.refused
    assert "loopback only" in result.errors[0]
    for arguments in ('token="t"', 'token="t", endpoint="https://api.hetzner.cloud/v1"'):
        explicit = f'p = hcloud.Provider("p", {arguments})\n' + group("a", ", opts=O(provider=p)")
        assert not bench.up(explicit).succeeded
    assert bench.sent() == []


def test_a_first_preview_knows_what_is_given_and_nothing_else(bench: Workbench) -> None:
    """Unknown and secret at once stays masked; nothing is sent and nothing is written."""
    result = bench.preview(
        group("a").replace("hcloud.", "a = hcloud.", 1)
        + """
b = hcloud.PlacementGroup("b", name="b", type="spread", labels={"a": a.id},
    opts=O(additional_secret_outputs=["servers"]))
pulumi.export("id", a.id)
pulumi.export("name", b.name)
pulumi.export("servers", b.servers)
"""
    )
    assert result.succeeded
    assert result.outputs == {"id": UNKNOWN, "name": "b", "servers": Secret(UNKNOWN)}
    assert bench.simulator.journal == []
    assert not bench.state_file.exists()


def test_a_program_that_does_not_exist_is_said_so(bench: Workbench) -> None:
    """One sentence, no traceback."""
    request = bench.request("", Command.UP)
    result = run(replace(request, program=bench.folder / "nowhere"))
    assert result.errors == (f"there is no program: {bench.folder}/nowhere/__main__.py",)
